#include "harness/process/limits.hpp"

#include <fstream>
#include <map>
#include <string>

#include <gtest/gtest.h>

namespace interleave {
namespace {

namespace fs = std::filesystem;

using Files = std::map<std::string, std::string>;  // path below the root, text

// A root with these files and nothing else.
class FakeRoot {
 public:
  explicit FakeRoot(const Files& files)
      : path_(fs::path(testing::TempDir()) / testing::UnitTest::GetInstance()->current_test_info()->name()) {
    fs::remove_all(path_);
    fs::create_directories(path_);
    for (const auto& [name, text] : files) {
      fs::create_directories((path_ / name).parent_path());
      std::ofstream(path_ / name) << text;
    }
  }
  ~FakeRoot() { fs::remove_all(path_); }
  FakeRoot(const FakeRoot&) = delete;
  FakeRoot& operator=(const FakeRoot&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

TEST(ThreadLimit, is_the_smallest_one_with_its_name) {
  const FakeRoot root(Files{{"proc/sys/kernel/pid_max", "32768\n"},
                            {"proc/sys/kernel/threads-max", "192730\n"},
                            {"sys/fs/cgroup/pids.max", "max\n"}});
  EXPECT_EQ(read_thread_limit(std::nullopt, root.path())->limited_by, "kernel.pid_max");
  EXPECT_EQ(read_thread_limit(32'769, root.path())->threads, 32'768U);
  EXPECT_EQ(read_thread_limit(900, root.path())->threads, 900U);
  EXPECT_EQ(read_thread_limit(900, root.path())->limited_by, "ulimit -u");
}

TEST(ThreadLimit, of_a_container_counts) {
  const FakeRoot root(Files{{"proc/sys/kernel/pid_max", "4194304\n"}, {"sys/fs/cgroup/pids.max", "512\n"}});
  EXPECT_EQ(read_thread_limit(std::nullopt, root.path())->threads, 512U);
  EXPECT_EQ(read_thread_limit(std::nullopt, root.path())->limited_by, "the container's pids.max");
}

TEST(ThreadLimit, is_not_guessed) {
  const FakeRoot root(Files{{"proc/sys/kernel/pid_max", "many\n"}});
  EXPECT_FALSE(read_thread_limit(std::nullopt, root.path()));
}

TEST(CpuQuota, is_read_from_either_version_of_cgroups) {
  const FakeRoot second(Files{{"sys/fs/cgroup/cpu.max", "150000 100000\n"}});
  EXPECT_DOUBLE_EQ(read_cpu_quota(second.path()).value_or(0), 1.5);
}

TEST(CpuQuota, of_version_one) {
  const FakeRoot first(
      Files{{"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "50000\n"}, {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}});
  EXPECT_DOUBLE_EQ(read_cpu_quota(first.path()).value_or(0), 0.5);
}

TEST(CpuQuota, is_none_where_nothing_limits) {
  const FakeRoot root(Files{{"sys/fs/cgroup/cpu.max", "max 100000\n"},
                            {"sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n"},
                            {"sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n"}});
  EXPECT_FALSE(read_cpu_quota(root.path()));
}

TEST(Battery, counts_only_while_it_discharges) {
  const std::string mains = "sys/class/power_supply/AC/";
  const std::string battery = "sys/class/power_supply/BAT0/";
  const FakeRoot unplugged(Files{{mains + "type", "Mains\n"},
                                 {mains + "online", "0\n"},
                                 {battery + "type", "Battery\n"},
                                 {battery + "status", "Discharging\n"}});
  EXPECT_TRUE(read_on_battery(unplugged.path()));
  std::ofstream(unplugged.path() / battery / "status") << "Charging\n";
  EXPECT_FALSE(read_on_battery(unplugged.path()));
}

TEST(Battery, is_not_in_use_where_there_is_none) {
  const FakeRoot root(Files{});
  EXPECT_FALSE(read_on_battery(root.path()));
}

TEST(Limits, of_this_machine_can_be_read) {
  EXPECT_GT(read_thread_limit(user_process_limit())->threads, 0U);
  EXPECT_GT(read_port_range()->size(), 0U);
  EXPECT_GT(read_memory()->available_mib, 0U);
}

}  // namespace
}  // namespace interleave
