#include "core/service/reply_body.hpp"

#include <cstdint>
#include <limits>
#include <string>

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

namespace interleave {
namespace {

constexpr std::string_view kStart = R"({"route":"r","calls":)";

std::string text_of(const ReplyBody& body) {
  std::string text;
  append_body(text, body);
  EXPECT_EQ(text.size(), size_of(body));
  return text;
}

TEST(ReplyBody, is_exact) {
  EXPECT_EQ(text_of({.json_start = kStart, .calls = 1, .bytes = 64, .items = {}}),
            "{\"route\":\"r\",\"calls\":1,\"bytes\":64}\n");
  EXPECT_EQ(text_of({.json_start = kStart, .has_items = true, .items = ""}),
            "{\"route\":\"r\",\"calls\":0,\"bytes\":0,\"items\":[]}\n");
  std::string items;
  append_items(items, 0, 1);
  EXPECT_EQ(text_of({.json_start = kStart, .has_items = true, .items = items}),
            "{\"route\":\"r\",\"calls\":0,\"bytes\":0,\"items\":[{\"id\":0,\"name\":\"item-0\",\"price\":1.99,"
            "\"in_stock\":false,\"tags\":[\"sample\",\"red\"]}]}\n");
}

TEST(ReplyBody, knows_its_size_for_any_numbers) {
  for (const std::uint64_t number : {std::uint64_t{0}, std::uint64_t{9}, std::uint64_t{10}, std::uint64_t{99'999},
                                     std::numeric_limits<std::uint64_t>::max()}) {
    text_of({.json_start = kStart, .calls = number, .bytes = number, .items = {}});
  }
}

TEST(ReplyBody, is_json) {
  std::string items;
  append_items(items, 0, 500);
  append_items(items, 500, 500);
  const std::string text =
      text_of({.json_start = kStart, .calls = 2, .bytes = 128, .has_items = true, .items = items});
  const nlohmann::json json = nlohmann::json::parse(text);
  EXPECT_EQ(json.at("calls"), 2);
  EXPECT_EQ(json.at("bytes"), 128);
  ASSERT_EQ(json.at("items").size(), 1000U);
  for (std::size_t i = 0; i < 1000; ++i) {
    EXPECT_EQ(json.at("items").at(i).at("id"), i);
    EXPECT_EQ(json.at("items").at(i).at("name"), "item-" + std::to_string(i));
    EXPECT_GT(json.at("items").at(i).at("price").get<double>(), 0);
  }
}

}  // namespace
}  // namespace interleave
