#include "harness/record/text_table.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(TextTable, aligns_words_left_and_numbers_right) {
  const std::vector<TextRow> rows{{"model", "req/s", "validity"}, {"a", "12345", "ok"}, {"longer", "1", "suspect"}};
  EXPECT_EQ(text_table(rows, 1, LastColumn::words),
            "model   req/s  validity\n"
            "a       12345  ok\n"
            "longer      1  suspect\n");
  EXPECT_EQ(text_table(rows, 1, LastColumn::numbers),
            "model   req/s  validity\n"
            "a       12345        ok\n"
            "longer      1   suspect\n");
}

TEST(TextTable, of_nothing_is_nothing) {
  EXPECT_EQ(text_table({}, 2, LastColumn::words), "");
  EXPECT_EQ(text_table({{"", ""}}, 1, LastColumn::words), "\n");
}

TEST(ShortNumber, keeps_about_three_digits) {
  EXPECT_EQ(short_number(0.123), "0.12");
  EXPECT_EQ(short_number(12.34), "12.3");
  EXPECT_EQ(short_number(1234.5), "1234");
}

}  // namespace
}  // namespace interleave
