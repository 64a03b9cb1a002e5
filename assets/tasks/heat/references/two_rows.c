#include <stdio.h>
#include <string.h>

static double plate[500][500];
static double above[500], here[500];

int main(void) {
    int rows, cols, steps, spots;
    double rate;
    if (scanf("%d %d %d %lf %d", &rows, &cols, &steps, &rate, &spots) != 5) return 1;
    for (int i = 0, r, c; i < spots; i++) {
        double t;
        if (scanf("%d %d %lf", &r, &c, &t) != 3) return 1;
        plate[r][c] = t;
    }
    for (int s = 0; s < steps; s++) {
        memcpy(above, plate[0], sizeof above);
        for (int r = 1; r + 1 < rows; r++) {
            memcpy(here, plate[r], sizeof here);
            for (int c = 1; c + 1 < cols; c++)
                plate[r][c] = here[c] + rate * (above[c] + plate[r + 1][c] + here[c - 1] + here[c + 1] - 4 * here[c]);
            memcpy(above, here, sizeof above);
        }
    }
    for (int r = 0; r < rows; r++) {
        double sum = 0;
        for (int c = 0; c < cols; c++) sum += plate[r][c];
        printf("%.6f\n", sum);
    }
}
