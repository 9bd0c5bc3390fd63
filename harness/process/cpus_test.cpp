#include "harness/process/cpus.hpp"

#include <gmock/gmock.h>

namespace interleave {
namespace {

struct Case {
  const char* what;
  CpuTopology topology;
  std::vector<std::uint32_t> server;
  std::vector<std::uint32_t> backend;
  std::vector<std::uint32_t> generator;
  std::size_t warnings;
};

TEST(CpuLayout, follows_the_topology) {
  const std::vector<Case> cases{
      {"one processor", {{{0, 0, 0}}}, {}, {}, {}, 1},
      {"one core, two siblings", {{{0, 0, 0}, {1, 0, 0}}}, {0}, {1}, {1}, 1},
      {"two cores", {{{0, 0, 0}, {1, 1, 0}}}, {0}, {1}, {1}, 1},
      {"two cores, siblings adjacent", {{{0, 0, 0}, {1, 0, 0}, {2, 1, 0}, {3, 1, 0}}}, {0}, {2}, {3}, 1},
      {"two cores, siblings far", {{{0, 0, 0}, {1, 1, 0}, {2, 0, 0}, {3, 1, 0}}}, {0}, {1}, {3}, 1},
      {"four cores", {{{0, 0, 0}, {1, 1, 0}, {2, 2, 0}, {3, 3, 0}}}, {0}, {2}, {1}, 0},
      {"three cores with siblings",
       {{{0, 0, 0}, {1, 0, 0}, {2, 1, 0}, {3, 1, 0}, {4, 2, 0}, {5, 2, 0}}},
       {0},
       {4},
       {2},
       0},
      {"same core number in two packages", {{{0, 0, 0}, {1, 0, 1}}}, {0}, {1}, {1}, 1},
      {"allowed ones only", {{{4, 2, 0}, {7, 5, 0}, {9, 6, 0}}}, {4}, {9}, {7}, 0},
  };
  for (const Case& c : cases) {
    const LayoutChoice choice = choose_layout(c.topology);
    const CpuLayout& layout = choice.layout;
    EXPECT_EQ(layout.server, c.server) << c.what;
    EXPECT_EQ(layout.backend, c.backend) << c.what;
    EXPECT_EQ(layout.generator, c.generator) << c.what;
    EXPECT_EQ(choice.warnings.size(), c.warnings) << c.what;
  }
}

TEST(CpuLayout, never_gives_the_server_a_sibling_while_there_is_another_core) {
  for (std::uint32_t cores = 2; cores <= 6; ++cores) {
    CpuTopology topology;
    for (std::uint32_t id = 0; id < 2 * cores; ++id)
      topology.allowed.push_back({id, static_cast<int>(id % cores), 0});
    const CpuLayout layout = choose_layout(topology).layout;
    ASSERT_THAT(layout.server, testing::SizeIs(1));
    EXPECT_NE(layout.server[0] % cores, layout.backend.at(0) % cores) << cores;
    EXPECT_NE(layout.server[0] % cores, layout.generator.at(0) % cores) << cores;
  }
}

TEST(CpuLayout, says_in_words_what_runs_where) {
  EXPECT_EQ(choose_layout({{{0, 0, 0}, {1, 1, 0}}}).description, "server on cpu 0, backend and generator on cpu 1");
  EXPECT_EQ(choose_layout({{{0, 0, 0}, {1, 1, 0}, {2, 2, 0}}}).description,
            "server on cpu 0, backend on cpu 2, generator on cpu 1");
}

TEST(CpuLayout, lets_the_server_use_every_core_when_not_pinned) {
  const LayoutChoice choice = unpinned_layout({{{0, 0, 0}, {1, 1, 0}, {2, 0, 0}, {3, 1, 0}}});
  EXPECT_FALSE(choice.layout.pinned);
  EXPECT_EQ(choice.layout.server_cores, 2U);
  EXPECT_TRUE(choice.layout.server.empty());
}

TEST(CpuTopology, counts_processors_without_facts_as_cores) {
  const CpuTopology topology = read_cpu_topology("/nowhere");
  ASSERT_FALSE(topology.allowed.empty());
  for (std::size_t i = 1; i < topology.allowed.size(); ++i) {
    EXPECT_NE(topology.allowed[i].core, topology.allowed[i - 1].core);
  }
}

}  // namespace
}  // namespace interleave
