#include "harness/process/proc_text.hpp"

#include <gtest/gtest.h>

namespace interleave {
namespace {

using namespace std::chrono_literals;

TEST(ProcText, reads_pid_stat_with_any_command_name) {
  for (const char* command : {"(wrk)", "(a b)", "(odd) name 1 2)"}) {
    const std::string text = std::string("4711 ") + command +
                             " S 1 4711 4711 0 -1 4194560 100 0 0 0 71 29 0 0 20 0 9 0 12345 1000000 250 "
                             "18446744073709551615 1 1 0 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0\n";
    const auto stat = parse_pid_stat(text);
    ASSERT_TRUE(stat) << command;
    EXPECT_EQ(stat->user_ticks, 71U);
    EXPECT_EQ(stat->system_ticks, 29U);
    EXPECT_EQ(stat->threads, 9U);
    EXPECT_FALSE(stat->ended);
  }
}

TEST(ProcText, knows_a_process_that_has_ended) {
  const auto stat = parse_pid_stat("4711 (x) Z 1 4711 4711 0 -1 4194560 100 0 0 0 71 29 0 0 20 0 1 0 12345 0 0");
  ASSERT_TRUE(stat);
  EXPECT_TRUE(stat->ended);
}

TEST(ProcText, refuses_a_broken_pid_stat) {
  EXPECT_FALSE(parse_pid_stat(""));
  EXPECT_FALSE(parse_pid_stat("1 (x) S 1 2 3"));
  EXPECT_FALSE(parse_pid_stat("1 (x) S 1 4711 4711 0 -1 4194560 100 0 0 0 many 29 0 0 20 0 9 0 12345"));
}

TEST(ProcText, reads_kib_fields) {
  const std::string_view text =
      "5581 7ffc ---p 00000000 00:00 0 [rollup]\nRss:   1234 kB\nPss:    567 kB\nPss_Dirty: 1 kB\n";
  EXPECT_EQ(parse_kib_field(text, "Rss:"), 1234U);
  EXPECT_EQ(parse_kib_field(text, "Pss:"), 567U);
  EXPECT_FALSE(parse_kib_field(text, "Swap:"));
  EXPECT_FALSE(parse_kib_field("Rss: 12 MB\n", "Rss:"));
}

TEST(ProcText, reads_the_wait_of_schedstat) {
  EXPECT_EQ(parse_schedstat_wait("1000 250 7\n"), 250ns);
  EXPECT_FALSE(parse_schedstat_wait("1000\n"));
}

TEST(ProcText, sums_cpu_ticks_without_counting_guests_twice) {
  const auto ticks = parse_cpu_ticks("cpu  10 1 20 300 4 5 6 7 8 9\ncpu0 1 1 1 1 1 1 1 1 1 1\n");
  ASSERT_TRUE(ticks);
  EXPECT_EQ(ticks->total, 353U);
  EXPECT_EQ(ticks->steal, 7U);
  EXPECT_FALSE(parse_cpu_ticks("cpu0 1 2 3 4 5 6 7 8\n"));
}

TEST(ProcText, reads_pressure) {
  EXPECT_EQ(parse_pressure_some("some avg10=0.12 avg60=0.00 avg300=0.00 total=98765\nfull avg10=0.00 total=1\n"),
            98765us);
  EXPECT_FALSE(parse_pressure_some("full avg10=0.00 total=1\n"));
}

TEST(ProcText, finds_a_network_counter_by_name) {
  const std::string_view text = "Ip: A B\nIp: 1 2\nTcp: RtoMin RetransSegs MaxConn\nTcp: 200 42 -1\n";
  EXPECT_EQ(parse_net_counter(text, "Tcp: ", "RetransSegs"), 42U);
  EXPECT_EQ(parse_net_counter(text, "Ip: ", "B"), 2U);
  EXPECT_FALSE(parse_net_counter(text, "Tcp: ", "Nothing"));
  EXPECT_FALSE(parse_net_counter(text, "Udp: ", "RetransSegs"));
  EXPECT_FALSE(parse_net_counter(text, "Tcp: ", "MaxConn"));
}

TEST(ProcText, reads_the_range_of_ports) {
  const auto range = parse_port_range("32768\t60999\n");
  ASSERT_TRUE(range);
  EXPECT_EQ(range->first, 32'768U);
  EXPECT_EQ(range->size(), 28'232U);
  for (const char* text : {"", "32768", "60999 32768", "1 70000", "a b"})
    EXPECT_FALSE(parse_port_range(text)) << text;
}

TEST(ProcText, reads_memory_and_swap) {
  const auto memory = parse_memory("MemTotal: 9 kB\nMemAvailable: 4096 kB\nSwapTotal: 3072 kB\nSwapFree: 1024 kB\n");
  ASSERT_TRUE(memory);
  EXPECT_EQ(memory->available_mib, 4U);
  EXPECT_EQ(memory->swap_used_mib, 2U);
  EXPECT_FALSE(parse_memory("MemAvailable: 4096 kB\n"));
}

TEST(ProcText, reads_the_quota_of_a_container) {
  EXPECT_DOUBLE_EQ(parse_cpu_quota("150000 100000\n").value_or(0), 1.5);
  for (const char* text : {"", "max 100000", "-1 100000", "1 0", "100000"})
    EXPECT_FALSE(parse_cpu_quota(text)) << text;
}

}  // namespace
}  // namespace interleave
