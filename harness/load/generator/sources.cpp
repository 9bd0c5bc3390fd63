#include "harness/load/generator/sources.hpp"

#include <algorithm>

namespace interleave {
namespace {

constexpr std::uint32_t kPerAddress = 4096;
constexpr std::uint32_t kFewest = 4;
constexpr std::uint32_t kMost = 250;  // 127.0.0.1 to 127.0.0.250

}  // namespace

std::vector<std::string> default_sources(const Endpoint& target, std::uint32_t connections, bool close_each) {
  if (!target.address.starts_with("127.") || (connections <= kPerAddress && !close_each)) return {};
  const std::uint32_t count = std::clamp(connections / kPerAddress + 1, kFewest, kMost);
  std::vector<std::string> sources;
  for (std::uint32_t i = 1; i <= count; ++i) sources.push_back("127.0.0." + std::to_string(i));
  return sources;
}

}  // namespace interleave
