//! Cases of `coins`: in how many ways an amount can be paid.

use super::{Case, case};

pub(super) fn cases() -> Vec<Case> {
    vec![
        question("01", 12, &[5, 1, 2]),
        question("02", 29, &[6, 10, 15]),
        question("03", 700, &[19, 7, 13, 11]),
        question("04", 131, &[1, 2, 5, 10, 20, 50, 100, 200]),
    ]
}

fn question(name: &str, amount: usize, coins: &[usize]) -> Case {
    let words: Vec<String> = coins.iter().map(usize::to_string).collect();
    let input = format!("{amount}\n{}\n", words.join(" "));
    case(name, input, format!("{}\n", ways(amount, coins)))
}

fn ways(amount: usize, coins: &[usize]) -> u64 {
    let mut table = vec![0; amount + 1];
    table[0] = 1;
    for coin in coins {
        for a in *coin..=amount {
            table[a] += table[a - coin];
        }
    }
    table[amount]
}
