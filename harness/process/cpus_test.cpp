#include "harness/process/cpus.hpp"

#include <gmock/gmock.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

struct LayoutCase {
  const char* what;
  CpuTopology topology;
  std::vector<std::uint32_t> server;
  std::vector<std::uint32_t> backend;
  std::vector<std::uint32_t> generator;
  std::size_t warnings;
};

TEST(CpuLayout, follows_the_topology) {
  const std::vector<LayoutCase> cases{
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
  for (const LayoutCase& c : cases) {
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

// Cores of `siblings` processors each, numbered as Linux does: first one of every core, then the second ones.
CpuTopology machine(std::uint32_t cores, std::uint32_t siblings) {
  CpuTopology topology;
  for (std::uint32_t id = 0; id < cores * siblings; ++id) {
    topology.allowed.push_back({id, static_cast<int>(id % cores), 0});
  }
  return topology;
}

std::string refusal(const CpuTopology& topology, const std::vector<std::uint32_t>& server) {
  try {
    return choose_layout(topology, server).description;
  } catch (const UsageError& error) {
    return error.what();
  }
}

TEST(ServerCpus, leave_the_rest_to_backend_and_generator) {
  struct Given {
    const char* what;
    CpuTopology topology;
    std::vector<std::uint32_t> server, backend, generator;
    std::uint32_t server_cores;
    std::size_t warnings;
  };
  const std::vector<Given> cases{
      {"two cores, the second", machine(2, 1), {1}, {0}, {0}, 1, 1},
      {"two cores with siblings, one whole core", machine(2, 2), {0, 2}, {1}, {3}, 1, 1},
      {"two cores with siblings, one of each", machine(2, 2), {0, 1}, {2}, {3}, 2, 1},
      {"two cores with siblings, three processors", machine(2, 2), {0, 1, 2}, {3}, {3}, 2, 1},
      {"four cores with siblings, one processor", machine(4, 2), {2}, {1}, {0}, 1, 0},
      {"four cores with siblings, two cores", machine(4, 2), {0, 1, 4, 5}, {3}, {2}, 2, 0},
      {"four cores with siblings, three cores", machine(4, 2), {0, 1, 2, 4, 5, 6}, {3}, {7}, 3, 1},
      {"eight cores, six", machine(8, 1), {0, 1, 2, 3, 4, 5}, {7}, {6}, 6, 0},
      {"eight cores, from the middle", machine(8, 1), {2, 3}, {1}, {0}, 2, 0},
      {"eight cores, seven", machine(8, 1), {0, 1, 2, 3, 4, 5, 6}, {7}, {7}, 7, 1},
  };
  for (const Given& c : cases) {
    const LayoutChoice choice = choose_layout(c.topology, c.server);
    EXPECT_TRUE(choice.layout.pinned) << c.what;
    EXPECT_EQ(choice.layout.server, c.server) << c.what;
    EXPECT_EQ(choice.layout.backend, c.backend) << c.what;
    EXPECT_EQ(choice.layout.generator, c.generator) << c.what;
    EXPECT_EQ(choice.layout.server_cores, c.server_cores) << c.what;
    EXPECT_EQ(choice.warnings.size(), c.warnings) << c.what;
  }
  EXPECT_EQ(choose_layout(machine(8, 1), {0, 2, 3}).description,
            "server on cpus 0,2-3, backend on cpu 4, generator on cpu 1");
}

TEST(ServerCpus, are_refused_where_they_cannot_be_honoured) {
  EXPECT_EQ(refusal(machine(2, 1), {0, 1}),
            "--server-cpus: nothing is left for generator and backend: leave out one cpu at least");
  EXPECT_EQ(refusal(machine(4, 1), {0, 4}),
            "--server-cpus: there is no cpu 4 for this process: choose from cpus 0-3");
  EXPECT_EQ(refusal({{{4, 2, 0}, {7, 5, 0}}}, {5}),
            "--server-cpus: there is no cpu 5 for this process: choose from cpus 4,7");
  EXPECT_EQ(refusal({{{0, 0, 0}}}, {0}),
            "--server-cpus: nothing is left for generator and backend: leave out one cpu at least");
}

TEST(ServerCpus, of_a_run_that_goes_on_are_those_it_was_begun_with) {
  const CpuLayout begun = choose_layout(machine(4, 1), {1, 2}).layout;
  const LayoutChoice kept = keep_layout(machine(8, 1), begun);
  EXPECT_EQ(kept.layout.server, begun.server);
  EXPECT_EQ(kept.layout.backend, begun.backend);
  EXPECT_EQ(kept.description, "server on cpus 1-2, backend on cpu 3, generator on cpu 0");
  EXPECT_TRUE(kept.warnings.empty());
  EXPECT_THROW((void)keep_layout(machine(2, 1), begun), UsageError);
  EXPECT_FALSE(keep_layout(machine(2, 1), unpinned_layout(machine(8, 1)).layout).layout.pinned);
}

TEST(CpuList, is_read_as_taskset_does) {
  using Ids = std::vector<std::uint32_t>;
  EXPECT_EQ(parse_cpu_list("0"), Ids({0}));
  EXPECT_EQ(parse_cpu_list("0,2-3"), Ids({0, 2, 3}));
  EXPECT_EQ(parse_cpu_list("3,1-2,2"), Ids({1, 2, 3}));
  for (const char* text :
       {"", ",", "0,", "-", "1-", "-1", "3-2", "a", "0 1", "0x1", "1-2-3", "99999", "0-4294967295"}) {
    EXPECT_FALSE(parse_cpu_list(text)) << text;
  }
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
