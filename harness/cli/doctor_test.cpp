#include "harness/cli/doctor.hpp"

#include <algorithm>
#include <functional>

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
  facts.backend_built = true;
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
      {"build", Health::fail, [](DoctorFacts& f) { f.backend_built = false; }},
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

}  // namespace
}  // namespace interleave
