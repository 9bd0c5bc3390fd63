#include "core/service/reply_body.hpp"

#include <array>
#include <charconv>

namespace interleave {
namespace {

using Digits = std::array<char, 20>;

std::string_view to_text(std::uint64_t value, Digits& digits) noexcept {
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value);
  return {digits.data(), static_cast<std::size_t>(end.ptr - digits.data())};
}

constexpr std::string_view kBytes = ",\"bytes\":";
constexpr std::string_view kItems = ",\"items\":[";
constexpr std::string_view kItemsEnd = "]";
constexpr std::string_view kEnd = "}\n";
constexpr std::array<std::string_view, 4> kColours{"red", "green", "blue", "black"};

void append_item(std::string& out, std::uint64_t id) {
  Digits digits{};
  const std::string_view id_text = to_text(id, digits);
  out.append(R"({"id":)").append(id_text);
  out.append(R"(,"name":"item-)").append(id_text);
  Digits price{};
  const std::uint64_t cents = 199 + id * 37 % 10'000;
  out.append(R"(","price":)").append(to_text(cents / 100, price)).append(".");
  out.append(1, static_cast<char>('0' + cents / 10 % 10)).append(1, static_cast<char>('0' + cents % 10));
  out.append(R"(,"in_stock":)").append(id % 3 == 0 ? "false" : "true");
  out.append(R"(,"tags":["sample",")").append(kColours[id % kColours.size()]).append(R"("]})");
}

}  // namespace

void append_items(std::string& out, std::uint64_t first, std::uint32_t count) {
  for (std::uint64_t id = first; id < first + count; ++id) {
    if (!out.empty()) out.append(",");
    append_item(out, id);
  }
}

std::size_t size_of(const ReplyBody& body) noexcept {
  Digits digits{};
  std::size_t size = body.json_start.size() + to_text(body.calls, digits).size() + kBytes.size();
  size += to_text(body.bytes, digits).size() + kEnd.size();
  if (body.has_items) size += kItems.size() + body.items.size() + kItemsEnd.size();
  return size;
}

void append_body(std::string& out, const ReplyBody& body) {
  Digits digits{};
  out.append(body.json_start).append(to_text(body.calls, digits));
  out.append(kBytes).append(to_text(body.bytes, digits));
  if (body.has_items) out.append(kItems).append(body.items).append(kItemsEnd);
  out.append(kEnd);
}

}  // namespace interleave
