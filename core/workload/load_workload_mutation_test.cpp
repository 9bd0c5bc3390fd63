// Deterministic fuzzing: whatever a file is turned into, the loader returns a workload or throws a UsageError that
// names the file; it never crashes and never throws anything else (the sanitizer builds run this too).
#include <array>
#include <string>
#include <string_view>

#include <gtest/gtest.h>

#include "core/base/error.hpp"
#include "core/base/rng.hpp"
#include "core/workload/load_workload.hpp"

namespace interleave {
namespace {

constexpr std::string_view kValid = R"(name = "mutant"
description = "Every key, so that every reader meets every kind of damage"
[services.db]
latency = { constant = "10ms" }
reply_bytes = 128
[services.cache]
latency = { lognormal = { median = "8ms", sigma = 0.5 } }
[services.api]
latency = { uniform = { min = "1ms", max = "8ms" } }
capacity = 4
faults = { fail = 0.1, reset = 0.1, hang = 0.1, slow = { probability = 0.1, factor = 2 } }
[services.disk]
latency = { pareto = { scale = "1ms", shape = 1.5 } }
[[route]]
target = "/a"
weight = 1.5
steps = [ { call = "db" }, { cpu = "200us" }, { serialize = 20 } ]
expect = { status = 200 }
[load]
connections = [1, 64, 256]
)";

// Pieces that mean something to TOML or to the loader: random bytes alone rarely get past the parser.
// clang-format off
constexpr auto kPieces = std::to_array<std::string_view>({
    "[", "]", "[[", "]]", "{", "}", "=", ".", ",", "\"", "'", R"(""")", "#", "\n", "\r\n", R"(\)", R"(\u0000)", "-", "+",
    "0", "1e999", "-9223372036854775808", "99999999999999999999", "0x7fffffffffffffff", "nan", "inf", "-inf", "true",
    "1979-05-27T07:32:00Z", "services", "latency", "constant", "trace", "faults", "route", "steps", "call", "a.b.c.d", "5s", "min",
    "\xF0\x9F\x98\x80", "\xC3", "\xFF", "\xEF\xBB\xBF", "\x01", "\x7F"});
// clang-format on

// REQUIRES: limit > 0.
std::size_t below(SplitMix64& random, std::size_t limit) {
  return static_cast<std::size_t>(random.next() % limit);
}

std::string mutate(std::string text, SplitMix64& random) {
  const std::size_t at = below(random, text.size() + 1);
  switch (below(random, 6)) {
    case 0:  // cut something out
      return text.erase(at, below(random, 20));
    case 1:  // insert a piece
      return text.insert(at, kPieces.at(below(random, kPieces.size())));
    case 2:  // replace by a piece
      return text.replace(at, below(random, 12), kPieces.at(below(random, kPieces.size())));
    case 3:  // repeat what stands there
      return text.insert(at, text.substr(at, below(random, 80)));
    case 4:  // cut the end off
      return text.substr(0, at);
    default:  // any byte
      return text.insert(at, 1, static_cast<char>(random.next() & 0xFFU));
  }
}

TEST(LoadWorkload, survives_any_damage_to_a_file) {
  SplitMix64 random(20'240'501);
  int loaded = 0;
  int refused = 0;
  for (int round = 0; round < 20'000; ++round) {
    std::string text(kValid);
    for (std::size_t changes = 1 + below(random, 4); changes > 0; --changes) text = mutate(std::move(text), random);
    try {
      const Workload workload = parse_workload(text, "mutant.toml");
      ASSERT_FALSE(workload.routes.empty()) << text;
      ++loaded;
    } catch (const UsageError& error) {
      const std::string_view message = error.what();
      ASSERT_EQ(message.substr(0, 12), "mutant.toml:") << text;
      ASSERT_EQ(message.find('\n'), std::string_view::npos) << text;
      ++refused;
    }
  }
  // Both outcomes must be well represented, or the mutations test nothing.
  EXPECT_GT(loaded, 200);
  EXPECT_GT(refused, 10'000);
}

}  // namespace
}  // namespace interleave
