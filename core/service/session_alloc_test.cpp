// After warm-up a request costs no allocation.
#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <memory>
#include <string>
#include <variant>
#include <vector>

#include <gtest/gtest.h>

#include "core/service/allocation_count.hpp"
#include "core/service/session_fixture.hpp"

namespace interleave {
namespace {

// A connection driven without anything that could allocate by itself.
class Connection {
 public:
  Connection()
      : service_(test_workload(), CpuRate{.iterations_per_us = 1}),
        counters_(std::make_unique<Counters>()),
        session_(service_, {}, *counters_, counters_->shard(0)) {}

  // Delivers `text` by reads of `piece` bytes; returns the bytes written meanwhile.
  std::size_t exchange(std::string_view text, std::size_t piece) {
    std::size_t written = 0;
    for (;;) {
      IoOp op = session_.next({});
      if (std::holds_alternative<ReadOp>(op)) {
        if (text.empty()) {
          // Left waiting: the next exchange answers this read.
          session_.complete_read(std::as_bytes(std::span("\r\n", 2)));
          return written;
        }
        session_.complete_read(std::as_bytes(std::span(text.substr(0, piece))));
        text.remove_prefix(std::min(piece, text.size()));
      } else if (auto* write = std::get_if<WriteOp>(&op)) {
        written += write->bytes.size();
        session_.complete({});
      } else if (auto* call = std::get_if<BackendOp>(&op)) {
        for (BackendCall& each : call->calls) {
          each.error.clear();
          each.reply_bytes = 64;
        }
        session_.complete({});
      } else if (auto* file = std::get_if<FileReadOp>(&op)) {
        session_.complete({.bytes = file->buffer.size(), .error = {}});
      } else if (std::holds_alternative<SleepOp>(op)) {
        session_.complete({});
      } else {
        return written;
      }
    }
  }

 private:
  Service service_;
  std::unique_ptr<Counters> counters_;
  Session session_;
};

TEST(SessionAllocations, are_counted_here) {
  if (!kCountsAllocations) GTEST_SKIP() << "the sanitizer's malloc cannot be replaced";
  const std::uint64_t before = allocation_count();
  // volatile: else the compiler may do without both.
  void* volatile block = std::malloc(1);
  int* volatile number = new int(1);
  EXPECT_EQ(allocation_count(), before + 2);
  delete number;
  std::free(block);
}

TEST(SessionAllocations, are_none_after_warm_up) {
  if (!kCountsAllocations) GTEST_SKIP() << "the sanitizer's malloc cannot be replaced";
  std::string pipelined;
  for (int i = 0; i < 16; ++i) pipelined += get("/one_call");
  const std::vector<std::string> texts{
      get("/hello"),
      get("/one_call?id=123456789"),
      get("/two_calls", "X-Request-Id: 5\r\nAccept: */*\r\nUser-Agent: somebody with a long name\r\n"),
      get("/items"),
      get("/parallel"),
      get("/file"),
      get("/sleep"),
      get("/lock"),
      get("/nothing"),
      "HEAD /one_call HTTP/1.1\r\nHost: a\r\n\r\n",
      "POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n2\r\nab\r\n0\r\n\r\n",
      pipelined,
  };
  for (const std::string& text : texts) {
    for (const std::size_t piece : {text.size(), std::size_t{1}, std::size_t{7}}) {
      Connection connection;
      const std::size_t first = connection.exchange(text, piece);
      EXPECT_GT(first, 0U);
      const std::uint64_t before = allocation_count();
      for (int i = 0; i < 100; ++i) ASSERT_EQ(connection.exchange(text, piece), first);
      EXPECT_EQ(allocation_count(), before) << testing::PrintToString(text) << " by pieces of " << piece;
    }
  }
}

}  // namespace
}  // namespace interleave
