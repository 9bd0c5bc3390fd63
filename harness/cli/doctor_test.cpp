#include "harness/cli/doctor.hpp"

#include <algorithm>
#include <functional>
#include <set>

#include <gtest/gtest.h>

namespace interleave {
namespace {

DoctorFacts good_machine() {
  DoctorFacts facts;
  facts.host.physical_cores = 4;
  facts.host.open_files_limit = 20'000;
  facts.host.governor = "performance";
  facts.cpus_allowed = 4;
  facts.somaxconn = 4096;
  facts.timer_late_us = 60;
  facts.wrk = "wrk 4.1.0";
  facts.python = "Python 3.11.2";
  facts.redis_cli = "redis-cli 7.0.15";
  facts.memory = MemoryFacts{.available_mib = 8000, .swap_used_mib = 0};
  facts.ports = PortRange{32'768, 60'999};
  facts.threads = ThreadLimit{32'768, "kernel.pid_max"};
  facts.results = "results";
  facts.results_writable = true;
  facts.disk_free_mib = 80'000;
  facts.build_type = "Release";
  return facts;
}

Diagnosis about(const DoctorFacts& facts, const std::string& subject) {
  const auto all = diagnose(facts);
  const auto at = std::find_if(all.begin(), all.end(), [&](const Diagnosis& d) { return d.subject == subject; });
  return at == all.end() ? Diagnosis{} : *at;
}

TEST(Doctor, finds_nothing_wrong_with_a_good_machine) {
  for (const Diagnosis& diagnosis : diagnose(good_machine())) {
    EXPECT_EQ(diagnosis.health, Health::ok) << diagnosis.subject << ": " << diagnosis.text;
    EXPECT_TRUE(diagnosis.advice.empty()) << diagnosis.subject;
  }
}

TEST(Doctor, says_what_to_do_about_each_defect) {
  struct Case {
    const char* subject;
    Health health;
    std::function<void(DoctorFacts&)> defect;
  };
  const std::vector<Case> cases{
      {"cores", Health::warn, [](DoctorFacts& f) { f.host.physical_cores = 1; }},
      {"cores", Health::warn, [](DoctorFacts& f) { f.cpu_quota = 1.5; }},
      {"power", Health::warn, [](DoctorFacts& f) { f.on_battery = true; }},
      {"memory", Health::warn, [](DoctorFacts& f) { f.memory->swap_used_mib = 1; }},
      {"memory", Health::warn, [](DoctorFacts& f) { f.memory->available_mib = 100; }},
      {"memory", Health::warn, [](DoctorFacts& f) { f.memory.reset(); }},
      {"threads", Health::fail, [](DoctorFacts& f) { f.threads->threads = 512; }},
      {"threads", Health::warn, [](DoctorFacts& f) { f.threads->threads = 4096; }},
      {"threads", Health::warn, [](DoctorFacts& f) { f.threads.reset(); }},
      {"ports", Health::warn, [](DoctorFacts& f) { f.ports->last = 40'000; }},
      {"ports", Health::warn, [](DoctorFacts& f) { f.ports.reset(); }},
      {"disk", Health::fail, [](DoctorFacts& f) { f.results_writable = false; }},
      {"disk", Health::fail, [](DoctorFacts& f) { f.disk_free_mib = 10; }},
      {"disk", Health::warn, [](DoctorFacts& f) { f.disk_free_mib = 500; }},
      {"disk", Health::warn, [](DoctorFacts& f) { f.disk_free_mib.reset(); }},
      {"descriptors", Health::fail, [](DoctorFacts& f) { f.host.open_files_limit = 64; }},
      {"descriptors", Health::warn, [](DoctorFacts& f) { f.host.open_files_limit = 1024; }},
      {"governor", Health::warn, [](DoctorFacts& f) { f.host.governor = "powersave"; }},
      {"steal", Health::warn, [](DoctorFacts& f) { f.steal_percent = 2.1; }},
      {"load", Health::warn, [](DoctorFacts& f) { f.load_1min = 2.0; }},
      {"somaxconn", Health::warn, [](DoctorFacts& f) { f.somaxconn = 128; }},
      {"somaxconn", Health::warn, [](DoctorFacts& f) { f.somaxconn.reset(); }},
      {"timer", Health::warn, [](DoctorFacts& f) { f.timer_late_us = 900; }},
      {"wrk", Health::fail, [](DoctorFacts& f) { f.wrk.reset(); }},
      {"python", Health::fail, [](DoctorFacts& f) { f.python.reset(); }},
      {"python", Health::fail, [](DoctorFacts& f) { f.python_missing = {"jinja2"}; }},
      {"redis-cli", Health::warn, [](DoctorFacts& f) { f.redis_cli.reset(); }},
      {"build", Health::fail, [](DoctorFacts& f) { f.not_built = {"interleave-backend"}; }},
      {"build", Health::warn, [](DoctorFacts& f) { f.build_type = "Debug"; }},
  };
  for (const Case& c : cases) {
    DoctorFacts facts = good_machine();
    c.defect(facts);
    const Diagnosis diagnosis = about(facts, c.subject);
    EXPECT_EQ(diagnosis.health, c.health) << c.subject << ": " << diagnosis.text;
    EXPECT_FALSE(diagnosis.advice.empty()) << c.subject;
  }
}

TEST(Doctor, takes_no_offence_at_what_does_no_harm) {
  struct Case {
    const char* subject;
    std::function<void(DoctorFacts&)> change;
  };
  for (const Case& c : {Case{"SMT", [](DoctorFacts& f) { f.cpus_allowed = 8; }},
                        Case{"cores", [](DoctorFacts& f) { f.host.physical_cores = 2; }},
                        Case{"cores", [](DoctorFacts& f) { f.cpu_quota = 4.0; }},
                        Case{"governor", [](DoctorFacts& f) { f.host.governor = "unknown"; }}}) {
    DoctorFacts facts = good_machine();
    c.change(facts);
    EXPECT_EQ(about(facts, c.subject).health, Health::ok) << c.subject;
  }
}

TEST(Doctor, looks_at_each_subject_once_whatever_it_finds) {
  const auto subjects = [](const DoctorFacts& facts) {
    std::vector<std::string> names;
    for (const Diagnosis& diagnosis : diagnose(facts)) names.push_back(diagnosis.subject);
    return names;
  };
  const std::vector<std::string> names = subjects(good_machine());
  EXPECT_EQ(subjects(DoctorFacts{}), names);
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

}  // namespace
}  // namespace interleave
