#include <stdio.h>
#include <stdlib.h>
#include <math.h>

double **new_plate(int rows, int columns) {
    double **plate = malloc(rows * sizeof(double *));
    for (int r = 0; r < rows; r++)
        plate[r] = calloc(columns, sizeof(double));
    return plate;
}

void free_plate(double **plate, int rows) {
    for (int r = 0; r < rows; r++)
        free(plate[r]);
    free(plate);
}

int on_rim(int r, int c, int rows, int columns) {
    return r == 0 || c == 0 || r == rows - 1 || c == columns - 1;
}

int main(void) {
    int rows, columns, steps, spots;
    double rate;
    if (scanf("%d %d %d %lf %d", &rows, &columns, &steps, &rate, &spots) != 5)
        return 1;

    double **plate = new_plate(rows, columns);
    for (int i = 0; i < spots; i++) {
        int r, c;
        double t;
        if (scanf("%d %d %lf", &r, &c, &t) != 3)
            return 1;
        plate[r][c] = t;
    }

    for (int step = 0; step < steps; step++) {
        double **next = new_plate(rows, columns);
        for (int c = 0; c < columns; c++) {
            for (int r = 0; r < rows; r++) {
                if (on_rim(r, c, rows, columns)) {
                    next[r][c] = plate[r][c];
                    continue;
                }
                double mean = (plate[r - 1][c] + plate[r + 1][c] + plate[r][c - 1] + plate[r][c + 1]) / 4;
                next[r][c] = plate[r][c] + 4 * rate * (mean - plate[r][c]);
            }
        }
        free_plate(plate, rows);
        plate = next;
    }

    for (int r = 0; r < rows; r++) {
        double sum = 0;
        for (int c = 0; c < columns; c++)
            sum += plate[r][c];
        printf("%.6f\n", sum);
    }
    free_plate(plate, rows);
    return 0;
}
