package dev.adder.ssm;

/** A complex number. */
record Complex(double re, double im) {

  static final Complex ONE = new Complex(1, 0);

  static Complex real(double value) {
    return new Complex(value, 0);
  }

  Complex plus(Complex other) {
    return new Complex(re + other.re, im + other.im);
  }

  Complex times(Complex other) {
    return new Complex(re * other.re - im * other.im, re * other.im + im * other.re);
  }

  Complex times(double factor) {
    return new Complex(re * factor, im * factor);
  }

  Complex over(Complex other) {
    double norm = other.re * other.re + other.im * other.im;
    return times(other.conjugate()).times(1 / norm);
  }

  Complex conjugate() {
    return new Complex(re, -im);
  }

  double magnitude() {
    return Math.hypot(re, im);
  }

  /** e^z. */
  Complex exp() {
    double size = Math.exp(re);
    return new Complex(size * Math.cos(im), size * Math.sin(im));
  }

  /** e^z − 1, exact also near 0. */
  Complex expMinusOne() {
    double half = Math.sin(im / 2);
    double growth = Math.expm1(re);
    return new Complex(growth * Math.cos(im) - 2 * half * half, (growth + 1) * Math.sin(im));
  }
}
