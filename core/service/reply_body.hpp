// The JSON a workload route answers with, written without allocation: a deterministic function of the route, the
// number of calls and the bytes they returned, so that the harness knows every reply beforehand.
//
//   {"route":"mixed","calls":2,"bytes":128,"items":[{"id":0,...},...]}\n      "items" only after a serialize step
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace interleave {

// Appends items first, first + 1, ... as JSON objects, separated by commas; a comma first if `out` is not empty.
void append_items(std::string& out, std::uint64_t first, std::uint32_t count);

struct ReplyBody {
  std::string_view json_start;  // Service::PreparedRoute::json_start
  std::uint64_t calls = 0;
  std::uint64_t bytes = 0;
  bool has_items = false;
  std::string_view items;  // as append_items writes them
};

[[nodiscard]] std::size_t size_of(const ReplyBody& body) noexcept;
void append_body(std::string& out, const ReplyBody& body);

}  // namespace interleave
