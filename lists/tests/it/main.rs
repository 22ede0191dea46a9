//! Tests of the reader through its public functions: damaged lists, and another reader of CSV.

mod blank_rows;
mod csv_comparison;
mod damage;
mod damaged_lists;
mod good_list;
mod random_cases;
