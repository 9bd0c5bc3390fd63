#include "harness/load/generator/request_log.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

TEST(RequestLog, is_a_table_of_all_threads) {
  RequestLog log(1);
  log.add({{TimePoint(1us), 1'000'000'000'000, false}, Outcome::ok, TimePoint(1100ns), TimePoint(5us)});
  RequestLog other(0);
  other.add({{TimePoint(2us), 0, true}, Outcome::shed, kNever, TimePoint(2us)});
  log.merge(other);
  EXPECT_EQ(request_log_csv(log),
            "id,phase,outcome,intended_ns,sent_ns,ended_ns\n"
            "1000000000000,warmup,ok,1000,1100,5000\n"
            "0,window,shed,2000,,2000\n");
}

}  // namespace
}  // namespace interleave
