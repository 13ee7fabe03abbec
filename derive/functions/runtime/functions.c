#define PI 3.14159265358979323846
/* Where the asymptotic series of the digamma function is used: its terms fall below one ulp. */
#define ASYMPTOTIC 16.0
#define LARGEST_ORDER 20
/* Beyond this imaginary part the derivatives of the cotangent vanish against those of psi. */
#define FLAT 40.0

/* Bernoulli numbers B_2, B_4, ... of that series. */
static const double bernoulli[] = {
    1.0 / 6, -1.0 / 30, 1.0 / 42, -1.0 / 30, 5.0 / 66,
    -691.0 / 2730, 7.0 / 6, -3617.0 / 510, 43867.0 / 798, -174611.0 / 330,
};
enum { TERMS = sizeof bernoulli / sizeof bernoulli[0] };

/* The positive zero of the digamma function, and what rounding takes from it. */
static const double root = 1.4616321449683622, root_rest = 9.549995429965697e-17;

static nambu_complex make(double re, double im)
{
    nambu_complex z;
    z.re = re;
    z.im = im;
    return z;
}

static nambu_complex plus(nambu_complex a, nambu_complex b)
{
    return make(a.re + b.re, a.im + b.im);
}

static nambu_complex times(nambu_complex a, nambu_complex b)
{
    return make(a.re * b.re - a.im * b.im, a.re * b.im + a.im * b.re);
}

static nambu_complex scaled(double factor, nambu_complex a)
{
    return make(factor * a.re, factor * a.im);
}

/* 1/(x + i y), whose square may overflow. */
static nambu_complex inverse(double x, double y)
{
    double ratio, size;
    if (fabs(x) >= fabs(y)) {
        ratio = y / x;
        size = x + y * ratio;
        return make(1.0 / size, -ratio / size);
    }
    ratio = x / y;
    size = y + x * ratio;
    return make(ratio / size, -1.0 / size);
}

double nambu_log_ratio(double a, double b, double difference)
{
    return copysign(log1p(fabs(difference) / (a < b ? a : b)), difference);
}

double nambu_excess(double x, double y)
{
    const double modulus = sqrt(x * x + y * y);
    return x > 0.0 ? y * y / (modulus + x) : modulus - x;
}

nambu_complex nambu_divided_log(double x, double y, double u, double v)
{
    const double dx = x - u, dy = y - v, first = x * x + y * y, second = u * u + v * v;
    double modulus, angle;
    if (dx == 0.0 && dy == 0.0)
        return inverse(u, v);
    modulus = nambu_log_ratio(first, second, dx * (x + u) + dy * (y + v)) / 2;
    /* y u - x v, without cancellation by the difference and the smaller of both */
    angle = first < second ? dy * x - dx * y : dy * u - dx * v;
    angle = atan2(angle, x * u + y * v);
    return times(make(modulus, angle), inverse(dx, dy));
}

/* By the recurrence and the asymptotic series, each with the difference divided out. */
nambu_complex nambu_divided_digamma(double x, double y, double u, double v)
{
    const double reach = ASYMPTOTIC * ASYMPTOTIC;
    nambu_complex total = make(0.0, 0.0), series = make(0.0, 0.0), z, w, a, b, sum, power;
    double X = x, U = u;
    int k;
    for (k = 0; X * X + y * y < reach || U * U + v * v < reach; X = x + ++k, U = u + k)
        total = plus(total, times(inverse(X, y), inverse(U, v)));
    z = inverse(X, y);
    w = inverse(U, v);
    a = times(z, z);
    b = times(w, w);
    /* sum becomes (a^k - b^k)/(a - b), power becomes b^k */
    sum = make(1.0, 0.0);
    power = b;
    for (k = 1; k <= TERMS; k++) {
        series = plus(series, scaled(bernoulli[k - 1] / (2 * k), sum));
        sum = plus(times(a, sum), power);
        power = times(power, b);
    }
    series = plus(make(0.5, 0.0), times(plus(z, w), series));
    total = plus(total, times(times(z, w), series));
    return plus(total, nambu_divided_log(X, y, U, v));
}

static nambu_complex digamma(double x, double y)
{
    nambu_complex total = make(0.0, 0.0), series = make(0.0, 0.0), w, square;
    double X = x;
    int k;
    for (k = 0; X * X + y * y < ASYMPTOTIC * ASYMPTOTIC; X = x + ++k)
        total = plus(total, inverse(X, y));
    w = inverse(X, y);
    square = times(w, w);
    for (k = TERMS; k > 0; k--)
        series = times(square, plus(make(bernoulli[k - 1] / (2 * k), 0.0), series));
    total = plus(plus(series, scaled(0.5, w)), total);
    return make(log(hypot(X, y)) - total.re, atan2(y, X) - total.im);
}

static nambu_complex power_of(nambu_complex z, int n)
{
    nambu_complex result = z;
    while (--n > 0)
        result = times(result, z);
    return result;
}

/* The derivatives of the digamma function in the right half-plane. */
static nambu_complex derivative(int n, double x, double y)
{
    const double reach = ASYMPTOTIC + n;
    nambu_complex total = make(0.0, 0.0), series = make(0.0, 0.0), w, square;
    double X = x, before = 1.0, coefficient;
    int k, j;
    for (k = 2; k < n; k++)
        before *= k;
    for (k = 0; X * X + y * y < reach * reach; X = x + ++k)
        total = plus(total, power_of(inverse(X, y), n + 1));
    w = inverse(X, y);
    square = times(w, w);
    for (k = TERMS; k > 0; k--) {
        coefficient = bernoulli[k - 1];
        for (j = 1; j < n; j++)
            coefficient *= 2 * k + j;
        series = times(square, plus(make(coefficient, 0.0), series));
    }
    series = plus(plus(make(before, 0.0), scaled(before * n / 2, w)), series);
    total = plus(scaled(before * n, total), times(power_of(w, n), series));
    return n % 2 ? total : scaled(-1.0, total);
}

/* The n-th derivative of pi cot(pi z): 1/sin^2 times a polynomial in the cotangent. */
static nambu_complex cotangent(int n, double x, double y)
{
    const double a = x - round(x), angle = PI * a, b = PI * y;
    const double sine = sin(angle), cosine = cos(angle);
    double polynomial[LARGEST_ORDER + 2] = {0.0}, next[LARGEST_ORDER + 2], scale = PI, size;
    nambu_complex c = make(0.0, y > 0.0 ? -1.0 : 1.0), s = make(0.0, 0.0), value = s;
    int order, k;
    if (fabs(y) < FLAT) {
        size = sine * sine + sinh(b) * sinh(b);
        c = make(sine * cosine / size, -sinh(b) * cosh(b) / size);
        s = inverse(sine * cosh(b), cosine * sinh(b));
        s = times(s, s);
    }
    if (n == 0)
        return scaled(PI, c);
    polynomial[0] = -1.0;
    for (order = 1; order < n; order++) {
        /* -2 c Q - (1 + c^2) Q' */
        for (k = 0; k <= order; k++)
            next[k] = (k > 0 ? -(k + 1.0) * polynomial[k - 1] : 0.0) - (k + 1) * polynomial[k + 1];
        for (k = 0; k <= order; k++)
            polynomial[k] = next[k];
    }
    for (k = n - 1; k >= 0; k--)
        value = plus(times(c, value), make(polynomial[k], 0.0));
    for (order = 0; order < n; order++)
        scale *= PI;
    return scaled(scale, times(s, value));
}

nambu_complex nambu_polygamma(int n, double x, double y)
{
    nambu_complex mirrored, turned;
    if (n < 0 || n > LARGEST_ORDER)
        return make(NAN, NAN);
    if (x < 0.0) {
        mirrored = nambu_polygamma(n, 1.0 - x, -y);
        turned = cotangent(n, x, y);
        return plus(n % 2 ? scaled(-1.0, mirrored) : mirrored, scaled(-1.0, turned));
    }
    if (n > 0)
        return derivative(n, x, y);
    if (fabs(x - root) < 1.0 && fabs(y) < 1.0)
        return times(make(x - root - root_rest, y), nambu_divided_digamma(x, y, root, 0.0));
    return digamma(x, y);
}

nambu_complex nambu_upper_root(double x, double y)
{
    const double large = sqrt((sqrt(x * x + y * y) + fabs(x)) / 2);
    /* both parts vanish with z; a zero divisor only occurs then */
    const double small = y / (large == 0.0 ? 1.0 : 2 * large);
    return x >= 0.0 ? make(copysign(large, y), fabs(small)) : make(small, large);
}

nambu_complex nambu_root_sum(double ax, double ay, double bx, double by, double dx, double dy)
{
    const double sx = ax + bx, sy = ay + by, ux = ax - bx, uy = ay - by;
    const double modulus = ux * ux + uy * uy;
    if (sx * sx + sy * sy < modulus)
        return make((dx * ux + dy * uy) / modulus, (dy * ux - dx * uy) / modulus);
    return make(sx, sy);
}

nambu_complex nambu_pair_arctanh(double x, double y, double q)
{
    const double distance = fabs(x) - q, square = y * y;
    const double ratio = log1p(4 * q * fabs(x) / (distance * distance + square));
    const double angle = atan2(2 * q * y, distance * (distance + 2 * q) + square);
    return make(copysign(ratio, x) / (4 * q), angle / (-2 * q));
}

nambu_complex nambu_pair_excess(double x, double y, double q, double first, double second)
{
    const double inverse = 1 / (x * x + y * y), square = q * q * inverse;
    const nambu_complex reciprocal = make(x * inverse, -y * inverse);
    if (square >= 0.0625)
        return make(first - reciprocal.re, second - reciprocal.im);
    /* the series in (q/k)^2 of what cancels */
    const nambu_complex s = make((x * x - y * y) * square * inverse, -2 * x * y * square * inverse);
    nambu_complex sum = make(s.re / 29, s.im / 29);
    for (int n = 13; n > 0; n--)
        sum = times(make(sum.re + 1.0 / (2 * n + 1), sum.im), s);
    return times(sum, reciprocal);
}

nambu_complex nambu_principal_root(double x, double y)
{
    const double large = sqrt((hypot(x, y) + fabs(x)) / 2);
    const double small = y / (large == 0.0 ? 1.0 : 2 * large);
    return x >= 0.0 ? make(large, small) : make(fabs(small), copysign(large, y));
}

double nambu_fermi(double x, double T)
{
    double small;
    if (T == 0.0)
        return x == 0.0 ? 0.5 : (x < 0.0 ? 1.0 : 0.0);
    small = exp(-fabs(x / T));
    return (x / T > 0.0 ? small : 1.0) / (1.0 + small);
}

double nambu_bose(double x, double T)
{
    const double ratio = x / T;
    if (T == 0.0)
        return x == 0.0 ? -0.5 : (x < 0.0 ? -1.0 : 0.0);
    return (ratio > 0.0 ? exp(-ratio) : -1.0) / -expm1(-fabs(ratio));
}

/* Step of the trapezoidal rule in log t, and where exp falls below rounding. */
#define STEP 0.2
#define REACH 38.0
#define MOST_POINTS 32

/* (-1)^m times the integral of 1/((t + z_1) ... (t + z_m)) over positive t, along the mean direction
 * of the points, by the trapezoidal rule in log t; nothing is divided by their distances. */
nambu_complex nambu_log_difference(int m, const double *points)
{
    nambu_complex direction = make(0.0, 0.0), total = make(0.0, 0.0), term, z;
    double low = INFINITY, high = 0.0, size, start, t;
    int k, step, steps;
    for (k = 0; k < m; k++) {
        size = hypot(points[2 * k], points[2 * k + 1]);
        direction = plus(direction, make(points[2 * k] / size, -points[2 * k + 1] / size));
        low = size < low ? size : low;
        high = size > high ? size : high;
    }
    direction = scaled(1.0 / (hypot(direction.re, direction.im) * high), direction);
    start = log(low / high) - REACH;
    steps = (int)ceil((REACH / (m - 1) - start) / STEP);
    for (step = 0; step < steps; step++) {
        t = exp(start + step * STEP);
        term = make(t, 0.0);
        for (k = 0; k < m; k++) {
            z = times(make(points[2 * k], points[2 * k + 1]), direction);
            term = times(term, inverse(t + z.re, z.im));
        }
        total = plus(total, term);
    }
    total = scaled(-STEP, total);
    for (k = 1; k < m; k++)
        total = times(total, scaled(-1.0, direction));
    return total;
}

/* By the recurrence and the asymptotic series, each with the distances divided out. */
nambu_complex nambu_digamma_difference(int m, const double *points)
{
    nambu_complex row[MOST_POINTS], total = make(0.0, 0.0), term;
    double far[2 * MOST_POINTS], low = INFINITY, size;
    int k, power, shift;
    if (m > MOST_POINTS)
        return make(NAN, NAN);
    for (k = 0; k < 2 * m; k++)
        far[k] = points[k];
    for (shift = 0;; shift++) {
        low = INFINITY;
        term = make(1.0, 0.0);
        for (k = 0; k < m; k++) {
            size = hypot(far[2 * k], far[2 * k + 1]);
            low = size < low ? size : low;
            term = times(term, inverse(-far[2 * k], -far[2 * k + 1]));
        }
        if (!(low < ASYMPTOTIC))
            break;
        total = plus(total, term);
        for (k = 0; k < m; k++)
            far[2 * k] += 1.0;
    }
    /* row[k] is the divided difference over the first k points of w^-power */
    for (k = 0; k < m; k++)
        row[k] = make(k == 0 ? 1.0 : 0.0, 0.0);
    for (power = 1; power <= 2 * TERMS; power++) {
        row[0] = times(row[0], inverse(far[0], far[1]));
        for (k = 1; k < m; k++)
            row[k] = times(plus(row[k], scaled(-1.0, row[k - 1])),
                           inverse(far[2 * k], far[2 * k + 1]));
        if (power == 1)
            total = plus(total, scaled(-0.5, row[m - 1]));
        else if (power % 2 == 0)
            total = plus(total, scaled(-bernoulli[power / 2 - 1] / power, row[m - 1]));
    }
    return plus(total, nambu_log_difference(m, far));
}
