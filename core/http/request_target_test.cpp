#include "core/http/request_target.hpp"

#include <string_view>
#include <vector>

#include <gtest/gtest.h>

namespace interleave {
namespace {

TEST(SplitTarget, takes_origin_and_absolute_form) {
  struct Case {
    std::string_view target, path, query;
  };
  const std::vector<Case> cases{
      {"/", "/", ""},
      {"/one_call", "/one_call", ""},
      {"/one_call?id=7", "/one_call", "id=7"},
      {"/a?", "/a", ""},
      {"/a?b?c", "/a", "b?c"},
      {"//double", "//double", ""},
      {"http://host/path?q=1", "/path", "q=1"},
      {"http://host:80", "/", ""},
      {"http://host?q", "/", "q"},
      {"https://h/", "/", ""},
  };
  for (const Case& c : cases) {
    const auto target = split_target(c.target);
    ASSERT_TRUE(target) << c.target;
    EXPECT_EQ(target->path, c.path) << c.target;
    EXPECT_EQ(target->query, c.query) << c.target;
  }
}

TEST(SplitTarget, refuses_other_forms) {
  for (const std::string_view target :
       {"", "*", "host:80", "path", "/a#fragment", "http://", "http:///x", "://host/"}) {
    EXPECT_FALSE(split_target(target)) << target;
  }
}

TEST(RequestId, is_a_decimal_number_of_64_bits) {
  EXPECT_EQ(parse_request_id("0").value, 0U);
  EXPECT_EQ(parse_request_id("007").value, 7U);
  EXPECT_EQ(parse_request_id("18446744073709551615").value, 18446744073709551615ULL);
  for (const std::string_view text : {"", "-1", "+1", " 1", "1 ", "0x1", "1.0", "18446744073709551616", "abc"}) {
    const RequestId id = parse_request_id(text);
    EXPECT_FALSE(id.value) << text;
    EXPECT_TRUE(id.malformed) << text;
  }
}

TEST(RequestId, is_found_among_other_parameters) {
  for (const std::string_view query : {"id=5", "a=1&id=5", "id=5&a=1", "&id=5&", "xid=1&id=5&idx=2", "id&id=5"}) {
    EXPECT_EQ(find_request_id(query).value, 5U) << query;
  }
  for (const std::string_view query : {"", "&", "a=1", "xid=5", "id", "ID=5"}) {
    const RequestId id = find_request_id(query);
    EXPECT_FALSE(id.value) << query;
    EXPECT_FALSE(id.malformed) << query;
  }
  for (const std::string_view query : {"id=", "id=x", "id=1&id=1", "id=1&id=x"}) {
    EXPECT_TRUE(find_request_id(query).malformed) << query;
    EXPECT_FALSE(find_request_id(query).value) << query;
  }
}

}  // namespace
}  // namespace interleave
