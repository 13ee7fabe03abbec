/* A complex value, or a pair of real ones. */
typedef struct {
    double re, im;
} nambu_complex;

/* Polygamma function of order n at x + i y; 0 is the digamma function.  Not finite at the
 * poles 0, -1, -2, ... and for orders beyond 20.  In the left half-plane every order above 4 costs
 * about half a digit. */
nambu_complex nambu_polygamma(int n, double x, double y);

/* (psi(z) - psi(w))/(z - w) at z = x + i y and w = u + i v in the right half-plane; regular where
 * they meet. */
nambu_complex nambu_divided_digamma(double x, double y, double u, double v);

/* (log z - log w)/(z - w) at z = x + i y and w = u + i v on one side of a line through the origin;
 * regular where they meet. */
nambu_complex nambu_divided_log(double x, double y, double u, double v);

/* log(a/b) for positive a and b, given a - b to full relative accuracy. */
double nambu_log_ratio(double a, double b, double difference);

/* sqrt(x^2 + y^2) - x, without cancellation for positive x. */
double nambu_excess(double x, double y);

/* The square root of x + i y in the upper half-plane. */
nambu_complex nambu_upper_root(double x, double y);

/* a + b, given a, b and d = a^2 - b^2, all complex. */
nambu_complex nambu_root_sum(double ax, double ay, double bx, double by, double dx, double dy);

/* artanh(q/k)/q for k = x + i y in the upper half-plane and q > 0. */
nambu_complex nambu_pair_arctanh(double x, double y, double q);

/* artanh(q/k)/q - 1/k for k = x + i y in the upper half-plane and q > 0, without cancellation,
 * given the parts of artanh(q/k)/q. */
nambu_complex nambu_pair_excess(double x, double y, double q, double first, double second);

/* artanh(sqrt(z))/sqrt(z) of z off the cut z > 1, given z and y = 1 - z. */
nambu_complex nambu_root_arctanh(double zx, double zy, double yx, double yy);

/* Its derivative. */
nambu_complex nambu_root_arctanh_slope(double zx, double zy, double yx, double yy);

/* Its divided difference over z and w, regular where they meet, given y = 1 - z, v = 1 - w and
 * d = z - w. */
nambu_complex nambu_divided_root_arctanh(double zx, double zy, double wx, double wy, double yx,
                                         double yy, double vx, double vy, double dx, double dy);

/* The square root of x + i y whose real part is not negative. */
nambu_complex nambu_principal_root(double x, double y);

/* 1/(exp(x/T) + 1), and the step with one half at x = 0 where T = 0. */
double nambu_fermi(double x, double T);

/* 1/(exp(x/T) - 1), and minus the step with one half at x = 0 where T = 0. */
double nambu_bose(double x, double T);

/* Divided difference of log over m > 1 points x_1, y_1, x_2, ... within a half-plane; regular where
 * they meet. */
nambu_complex nambu_log_difference(int m, const double *points);

/* The same of the digamma function over points in the right half-plane; at most 32 points. */
nambu_complex nambu_digamma_difference(int m, const double *points);
