#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void) {
    int n, m, steps, k;
    double rate;
    if (scanf("%d %d %d %lf %d", &n, &m, &steps, &rate, &k) != 5) return 1;
    double *a = calloc((size_t)n * m, sizeof *a);
    double *b = calloc((size_t)n * m, sizeof *b);
    while (k-- > 0) {
        int r, c;
        double t;
        if (scanf("%d %d %lf", &r, &c, &t) != 3) return 1;
        a[r * m + c] = t;
    }
    while (steps-- > 0) {
        memcpy(b, a, (size_t)n * m * sizeof *a);
        for (int r = 1; r < n - 1; r++)
            for (int c = 1; c < m - 1; c++)
                a[r * m + c] = b[r * m + c] + rate * (b[(r - 1) * m + c] + b[(r + 1) * m + c] + b[r * m + c - 1] + b[r * m + c + 1] - 4 * b[r * m + c]);
    }
    for (int r = 0; r < n; r++) {
        double s = 0;
        for (int c = 0; c < m; c++) s += a[r * m + c];
        printf("%.6f\n", s);
    }
}
