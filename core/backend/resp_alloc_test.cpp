// After warm-up neither a reply nor a command read costs an allocation, and no call written does.
#include <string>

#include <gtest/gtest.h>

#include "core/backend/resp.hpp"
#include "core/service/allocation_count.hpp"

namespace interleave {
namespace {

constexpr int kRounds = 1000;  // enough for every buffer to be trimmed many times

// Allocations of `kRounds` rounds after as many for warming up.
template <typename Round>
std::uint64_t allocations_of(Round round) {
  for (int i = 0; i < kRounds; ++i) round();
  const std::uint64_t before = allocation_count();
  for (int i = 0; i < kRounds; ++i) round();
  return allocation_count() - before;
}

template <typename Reader>
std::uint64_t allocations_reading(const std::string& wire, std::size_t values) {
  Reader reader;
  std::size_t failures = 0;
  const std::uint64_t allocations = allocations_of([&] {
    if (!reader.feed(std::as_bytes(std::span(wire)))) ++failures;
    for (std::size_t i = 0; i < values; ++i) {
      if (!reader.next()) ++failures;
    }
    if (reader.next()) ++failures;
  });
  EXPECT_EQ(failures, 0U);
  return allocations;
}

TEST(RespAllocations, none_per_reply) {
  if (!kCountsAllocations) GTEST_SKIP() << "the sanitizer's malloc cannot be replaced";
  EXPECT_EQ(allocations_reading<ReplyReader>("$5\r\nhello\r\n+OK\r\n-ERR bad\r\n:12\r\n$-1\r\n", 5), 0U);
  const std::string large(60'000, 'x');
  EXPECT_EQ(allocations_reading<ReplyReader>("$60000\r\n" + large + "\r\n", 1), 0U);
}

TEST(RespAllocations, none_per_command) {
  if (!kCountsAllocations) GTEST_SKIP() << "the sanitizer's malloc cannot be replaced";
  std::string wire;
  append_call(wire, "a_service_with_a_long_name", 123456789, 0);
  EXPECT_EQ(allocations_reading<CommandReader>(wire + "CALL a_service_with_a_long_name - 0\r\n" + wire, 3), 0U);
}

TEST(RespAllocations, none_per_call_written) {
  if (!kCountsAllocations) GTEST_SKIP() << "the sanitizer's malloc cannot be replaced";
  std::string out;
  EXPECT_EQ(allocations_of([&] {
              out.clear();
              append_call(out, "a_service_with_a_long_name", 123456789, 7);
            }),
            0U);
}

}  // namespace
}  // namespace interleave
