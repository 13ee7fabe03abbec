/* artanh(sqrt(z))/sqrt(z) and its divided differences; see numerics/special/root_arctanh.py. */

static double square(nambu_complex a)
{
    return a.re * a.re + a.im * a.im;
}

static nambu_complex minus(nambu_complex a, nambu_complex b)
{
    return make(a.re - b.re, a.im - b.im);
}

static nambu_complex over(nambu_complex a, nambu_complex b)
{
    return times(a, inverse(b.re, b.im));
}

nambu_complex nambu_root_arctanh(double zx, double zy, double yx, double yy)
{
    const nambu_complex root = nambu_principal_root(zx, zy);
    const nambu_complex rest = over(make(yx, yy), make(1.0 + root.re, root.im));
    const double imaginary = zx * zx + zy * zy < 0.25 ? root.im : -rest.im;
    const double size = square(rest), real = log1p(4.0 * root.re / size) / 4;
    if (root.re == 0.0 && root.im == 0.0)
        return make(1.0, 0.0);
    return over(make(real, atan2(2.0 * imaginary, 2.0 * rest.re - size) / 2), root);
}

/* Below this modulus of z and w their power series are used: closed forms cancel there. */
#define SMALL 0.125
#define POWERS 18

/* The divided difference of z^n over z and w, or over z, z and w, summed over 1/(2 n + 1). */
static nambu_complex power_series(int twice, nambu_complex z, nambu_complex w)
{
    nambu_complex total = make(0.0, 0.0), power = make(1.0, 0.0), single = power, two = power;
    for (int n = 1 + twice; n <= POWERS + twice; n++) {
        total = plus(total, scaled(1.0 / (2 * n + 1), twice ? two : single));
        power = times(power, w);
        single = plus(times(single, z), power);
        two = plus(times(two, z), single);
    }
    return total;
}

/* z and w with artanh(r)/r and artanh(s)/s of their roots r and s on the same side, and
 * (r + s)(1 - r s), which is (z - w) over tanh(artanh r - artanh s). */
typedef struct {
    nambu_complex z, w, apart, root, other, first, second, below;
    double distance;
    int series;
} points;

static points points_of(nambu_complex z, nambu_complex w, nambu_complex y, nambu_complex v,
                        nambu_complex apart)
{
    points p;
    nambu_complex product, rest;
    const nambu_complex one = make(1.0, 0.0);
    p.z = z, p.w = w, p.apart = apart;
    p.root = nambu_principal_root(z.re, z.im), p.other = nambu_principal_root(w.re, w.im);
    if (p.root.re * p.other.re + p.root.im * p.other.im < 0.0)
        p.other = scaled(-1.0, p.other);
    product = times(p.root, p.other), rest = minus(one, product);
    if (square(rest) < 0.25)
        rest = over(plus(y, times(z, v)), plus(one, product));
    p.below = times(plus(p.root, p.other), rest);
    p.first = nambu_root_arctanh(z.re, z.im, y.re, y.im);
    p.second = nambu_root_arctanh(w.re, w.im, v.re, v.im);
    p.distance = sqrt(square(minus(times(p.first, p.root), times(p.second, p.other))));
    p.distance /= sqrt(fmin(1.0, fmax(square(p.root), square(p.other))));
    p.series = fmax(square(z), square(w)) < SMALL * SMALL;
    return p;
}

static nambu_complex divided(points p)
{
    nambu_complex s, mean;
    const int swapped = square(p.z) < square(p.w);
    if (p.series)
        return power_series(0, p.z, p.w);
    if (p.distance >= 0.5)
        return over(minus(p.first, p.second), p.apart);
    mean = over(p.apart, p.below), s = times(mean, mean);
    mean = nambu_root_arctanh(s.re, s.im, 1.0 - s.re, -s.im);
    mean = minus(over(mean, p.below), over(swapped ? p.first : p.second, plus(p.root, p.other)));
    return over(mean, swapped ? p.other : p.root);
}

/* The derivative of `divided` by z, where both points are close. */
static nambu_complex slope(points p, nambu_complex y)
{
    const nambu_complex one = make(1.0, 0.0), total = plus(p.root, p.other);
    const nambu_complex sum = plus(p.root, total), e = over(p.apart, p.below), s = times(e, e);
    nambu_complex higher = make(1.0 / (2 * POWERS + 1), 0.0), mean, change, found;
    for (int n = POWERS - 1; n > 0; n--)
        higher = plus(times(higher, s), make(1.0 / (2 * n + 1), 0.0));
    mean = over(plus(one, times(s, higher)), p.below);
    change = over(minus(times(p.root, sum), one), times(times(p.root, y), total));
    change = over(minus(scaled(0.5, change), over(times(e, higher), p.below)), p.below);
    found = minus(over(times(p.second, sum), times(total, total)), mean);
    return over(plus(change, scaled(0.5, over(found, p.z))), p.root);
}

nambu_complex nambu_divided_root_arctanh(double zx, double zy, double wx, double wy, double yx,
                                         double yy, double vx, double vy, double dx, double dy)
{
    return divided(points_of(make(zx, zy), make(wx, wy), make(yx, yy), make(vx, vy), make(dx, dy)));
}

nambu_complex nambu_confluent_root_arctanh(double zx, double zy, double wx, double wy, double yx,
                                           double yy, double vx, double vy, double dx, double dy)
{
    const nambu_complex z = make(zx, zy), y = make(yx, yy);
    const points p = points_of(z, make(wx, wy), y, make(vx, vy), make(dx, dy));
    nambu_complex simple = power_series(0, z, z);
    if (p.series)
        return power_series(1, p.z, p.w);
    if (p.distance < 0.25)
        return slope(p, y);
    if (square(z) >= SMALL * SMALL)
        simple = scaled(0.5, over(minus(inverse(yx, yy), p.first), z));
    return over(minus(simple, divided(p)), p.apart);
}
