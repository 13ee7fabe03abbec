/* artanh(sqrt(z))/sqrt(z) and its divided differences. */

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

/* Below this modulus of z and w power series are used: closed forms cancel there. */
#define SMALL 0.125
#define POWERS 18

/* The divided difference of z^n over z and w, summed over 1/(2 n + 1). */
static nambu_complex power_series(nambu_complex z, nambu_complex w)
{
    nambu_complex total = make(0.0, 0.0), power = make(1.0, 0.0), single = power;
    for (int n = 1; n <= POWERS; n++) {
        total = plus(total, scaled(1.0 / (2 * n + 1), single));
        power = times(power, w);
        single = plus(times(single, z), power);
    }
    return total;
}

nambu_complex nambu_root_arctanh_slope(double zx, double zy, double yx, double yy)
{
    const nambu_complex z = make(zx, zy);
    if (square(z) < SMALL * SMALL)
        return power_series(z, z);
    return scaled(0.5, over(minus(inverse(yx, yy), nambu_root_arctanh(zx, zy, yx, yy)), z));
}

nambu_complex nambu_divided_root_arctanh(double zx, double zy, double wx, double wy, double yx,
                                         double yy, double vx, double vy, double dx, double dy)
{
    const nambu_complex z = make(zx, zy), w = make(wx, wy), one = make(1.0, 0.0);
    const nambu_complex apart = make(dx, dy), root = nambu_principal_root(zx, zy);
    const nambu_complex first = nambu_root_arctanh(zx, zy, yx, yy);
    const nambu_complex second = nambu_root_arctanh(wx, wy, vx, vy);
    const double largest = fmax(square(z), square(w));
    const int swapped = square(z) < square(w);
    nambu_complex other = nambu_principal_root(wx, wy), rest, below, e, s;
    if (largest < SMALL * SMALL)
        return power_series(z, w);
    /* roots r and s on the same side of zero */
    if (root.re * other.re + root.im * other.im < 0.0)
        other = scaled(-1.0, other);
    if (square(minus(times(first, root), times(second, other))) >= 0.25 * fmin(1.0, sqrt(largest)))
        return over(minus(first, second), apart);
    rest = minus(one, times(root, other));
    if (square(rest) < 0.25)
        rest = over(plus(make(yx, yy), times(z, make(vx, vy))), plus(one, times(root, other)));
    /* (r + s)(1 - r s), which is (z - w) over tanh(artanh r - artanh s) */
    below = times(plus(root, other), rest);
    e = over(apart, below), s = times(e, e);
    s = over(nambu_root_arctanh(s.re, s.im, 1.0 - s.re, -s.im), below);
    s = minus(s, over(swapped ? first : second, plus(root, other)));
    return over(s, swapped ? other : root);
}
