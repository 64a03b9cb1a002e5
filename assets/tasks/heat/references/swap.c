#include <stdio.h>
#include <stdlib.h>

int main(void) {
    int rows, cols, steps, spots;
    double rate;
    if (scanf("%d %d %d %lf %d", &rows, &cols, &steps, &rate, &spots) != 5)
        return 1;
    size_t cells = (size_t)rows * cols;
    double *now = calloc(cells, sizeof(double)), *next = calloc(cells, sizeof(double));
    for (int i = 0; i < spots; i++) {
        int r, c;
        double t;
        if (scanf("%d %d %lf", &r, &c, &t) != 3)
            return 1;
        now[(size_t)r * cols + c] = next[(size_t)r * cols + c] = t;
    }
    const double keep = 1 - 4 * rate;
    for (int s = 0; s < steps; s++) {
        for (int r = 1; r < rows - 1; r++) {
            const double *restrict above = now + (size_t)(r - 1) * cols;
            const double *restrict row = above + cols;
            const double *restrict below = row + cols;
            double *restrict out = next + (size_t)r * cols;
            for (int c = 1; c < cols - 1; c++)
                out[c] = keep * row[c] + rate * (above[c] + below[c] + row[c - 1] + row[c + 1]);
        }
        double *t = now;
        now = next;
        next = t;
    }
    for (int r = 0; r < rows; r++) {
        double sum = 0;
        for (int c = 0; c < cols; c++)
            sum += now[(size_t)r * cols + c];
        printf("%.6f\n", sum);
    }
    return 0;
}
