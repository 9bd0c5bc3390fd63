// Figures and tables for the terminal. Pure.
#pragma once
#include <cstddef>
#include <string>
#include <vector>

namespace interleave {

using TextRow = std::vector<std::string>;

enum class LastColumn { words, numbers };  // words stand left in their column

// About three significant digits, never an exponent: 0.12, 12.3, 1234.
[[nodiscard]] std::string short_number(double value);

// A line per row, columns two spaces apart, no spaces at the end. The first `words` columns stand left in their
// column, the others right. REQUIRES: rows of the same length; bytes are counted as columns of the terminal.
[[nodiscard]] std::string text_table(const std::vector<TextRow>& rows, std::size_t words, LastColumn last);

}  // namespace interleave
