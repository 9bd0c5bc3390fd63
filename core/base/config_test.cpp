#include "core/base/config.hpp"

#include <filesystem>
#include <fstream>
#include <functional>
#include <limits>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using std::chrono::milliseconds;
using std::chrono::nanoseconds;
using std::chrono::seconds;
using testing::HasSubstr;

std::string error_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

ConfigNode parse(std::string_view text) {
  return parse_config(text, "dir/x.toml");
}

TEST(Config, reads_every_kind_of_value) {
  const ConfigNode root = parse("s = 'text'\ni = 7\nf = 2.5\nb = true\nd = '1.5s'\na = [1, 2]\nt = { k = 'v' }\n");
  EXPECT_EQ(root.at("s").text(), "text");
  EXPECT_EQ(root.at("i").integer(0, 10), 7);
  EXPECT_DOUBLE_EQ(root.at("f").positive_number(10), 2.5);
  EXPECT_DOUBLE_EQ(root.at("i").positive_number(10), 7);
  EXPECT_TRUE(root.at("b").boolean());
  EXPECT_EQ(root.at("d").duration(nanoseconds(0), seconds(2)), milliseconds(1500));
  ASSERT_EQ(root.at("a").items().size(), 2U);
  EXPECT_EQ(root.at("a").items()[1].integer(0, 10), 2);
  EXPECT_EQ(root.at("t").at("k").text(), "v");
  EXPECT_EQ(root.find("missing"), nullptr);
}

TEST(Config, keeps_the_order_of_the_file) {
  const ConfigNode root = parse("[z.b]\n[z.a]\n[a]\n[z.c]\n");
  std::vector<std::string> keys;
  for (const auto& entry : root.entries()) keys.push_back(entry.key());
  for (const auto& entry : root.at("z").entries()) keys.push_back(entry.key());
  EXPECT_EQ(keys, (std::vector<std::string>{"z", "a", "b", "a", "c"}));
}

TEST(Config, names_place_and_remedy_of_a_wrong_value) {
  struct Case {
    std::string_view text;
    std::function<void(const ConfigNode&)> read;
    std::string_view error;
  };
  const auto number = [](const ConfigNode& root) { (void)root.at("k").integer(1, 9); };
  const auto text = [](const ConfigNode& root) { (void)root.at("k").text(); };
  const auto duration = [](const ConfigNode& root) { (void)root.at("k").duration(milliseconds(1), seconds(60)); };
  const auto positive = [](const ConfigNode& root) { (void)root.at("k").positive_number(100); };
  const auto boolean = [](const ConfigNode& root) { (void)root.at("k").boolean(); };
  const auto items = [](const ConfigNode& root) { (void)root.at("k").items(); };
  const auto entries = [](const ConfigNode& root) { (void)root.at("k").entries(); };
  const auto keys = [](const ConfigNode& root) { root.allow_keys({"latency", "weight"}); };
  const auto single = [](const ConfigNode& root) { (void)root.at("k").single_entry("step", {"call", "cpu"}); };
  for (const auto& c : std::vector<Case>{
           {"", number, "dir/x.toml:1:1: missing key 'k'"},
           {"k = 'a'", number, "dir/x.toml:1:5: 'k' must be a whole number from 1 to 9, not a string"},
           {"k = 1.5", number, "dir/x.toml:1:5: 'k' must be a whole number from 1 to 9, not a decimal number"},
           {"\n\n  k = 10", number, "dir/x.toml:3:7: 'k' is 10: use a whole number from 1 to 9"},
           {"k = 1", text, "dir/x.toml:1:5: 'k' must be a string, not a whole number"},
           {"k = 1979-05-27", text, "dir/x.toml:1:5: 'k' must be a string, not a date or time"},
           {"k = 10", duration, R"(dir/x.toml:1:5: 'k' has no unit: write a duration as a string, such as "10ms")"},
           {"k = '10'", duration,
            R"(dir/x.toml:1:5: 'k' is "10": use a number with a unit (ns, us, ms, s, min), such as "10ms")"},
           {"k = '2min'", duration, "dir/x.toml:1:5: 'k' is 2min: use a duration from 1ms to 1min"},
           {"k = true", duration, R"(dir/x.toml:1:5: 'k' must be a duration such as "10ms", not true or false)"},
           {"k = 0", positive, "dir/x.toml:1:5: 'k' is 0: use a number above 0, at most 100"},
           {"k = -1.5", positive, "dir/x.toml:1:5: 'k' is -1.5: use a number above 0, at most 100"},
           {"k = nan", positive, "dir/x.toml:1:5: 'k' is nan: use a number above 0, at most 100"},
           {"k = inf", positive, "dir/x.toml:1:5: 'k' is inf: use a number above 0, at most 100"},
           {"k = 'x'", positive, "dir/x.toml:1:5: 'k' must be a number, not a string"},
           {"k = 1", boolean, "dir/x.toml:1:5: 'k' must be true or false, not a whole number"},
           {"k = {}", items, "dir/x.toml:1:5: 'k' must be an array, not a table"},
           {"k = []", entries, "dir/x.toml:1:5: 'k' must be a table, not an array"},
           {"latencey = 1", keys, "dir/x.toml:1:1: unknown key 'latencey' (did you mean 'latency'?)"},
           {"weight = 1\nzzz = 1", keys, "dir/x.toml:2:1: unknown key 'zzz' (known here: 'latency', 'weight')"},
           {R"("a\nb" = 1)", keys, R"(dir/x.toml:1:1: unknown key 'a\x0ab' (known here: 'latency', 'weight'))"},
           {"k = {}", single, "dir/x.toml:1:5: a step has exactly one of 'call', 'cpu', not 0 keys"},
           {"k = { call = 1, cpu = 2 }", single,
            "dir/x.toml:1:5: a step has exactly one of 'call', 'cpu', not 2 keys"},
           {"k = { cal = 1 }", single, "dir/x.toml:1:7: unknown key 'cal' (did you mean 'call'?)"},
       }) {
    EXPECT_EQ(error_of([&] { c.read(parse(c.text)); }), c.error) << c.text;
  }
}

TEST(Config, missing_key_is_reported_at_its_table) {
  const ConfigNode root = parse("a = 1\n\n[load]\nx = 1\n");
  EXPECT_EQ(error_of([&] { (void)root.at("load").at("y"); }), "dir/x.toml:3:1: missing key 'y' in 'load'");
}

TEST(Config, names_the_place_of_a_syntax_error) {
  for (const std::string_view text :
       {"a = ", "a = 1\nb = = 2", "[a", "a = 'x", "a = 1\na = 2", "\xff = 1", "a = 1e"}) {
    EXPECT_THAT(error_of([&] { (void)parse(text); }),
                testing::MatchesRegex("dir/x.toml:[0-9]+:[0-9]+: not valid TOML: .+"))
        << text;
  }
}

TEST(Config, deep_nesting_is_an_error_and_not_a_crash) {
  const std::string text = "a = " + std::string(100'000, '[');
  EXPECT_THAT(error_of([&] { (void)parse(text); }), HasSubstr("not valid TOML"));
}

// A directory of its own, removed at the end.
class ConfigFile : public testing::Test {
 protected:
  ConfigFile() {
    std::string pattern = (std::filesystem::temp_directory_path() / "interleave_config_XXXXXX").string();
    if (::mkdtemp(pattern.data()) == nullptr) throw std::runtime_error("cannot create " + pattern);
    directory_ = pattern;
  }
  ~ConfigFile() override {
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  [[nodiscard]] std::filesystem::path path(std::string_view name) const { return directory_ / name; }
  void write(std::string_view name, std::string_view text) const { std::ofstream(path(name)) << text; }

 private:
  std::filesystem::path directory_;
};

TEST_F(ConfigFile, is_read_from_disk) {
  write("a.toml", "k = 3\n");
  EXPECT_EQ(load_config(path("a.toml")).at("k").integer(0, 9), 3);
}

TEST_F(ConfigFile, that_cannot_be_read_is_named_with_the_reason) {
  const auto load_error = [&](const std::filesystem::path& file) {
    return error_of([&] { (void)load_config(file); });
  };
  EXPECT_EQ(load_error(path("none.toml")), path("none.toml").string() + ": no such file: check the path");
  EXPECT_THAT(load_error(path("")), HasSubstr("not a file: name a .toml file"));
  EXPECT_THAT(load_error("/dev/zero"), HasSubstr("not a file: name a .toml file"));
  write("large.toml", std::string(1'100'000, '\n'));
  EXPECT_THAT(load_error(path("large.toml")), HasSubstr("larger than 1 MiB"));
}

TEST_F(ConfigFile, without_permission_is_an_error) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may read everything";
  write("closed.toml", "");
  ::chmod(path("closed.toml").c_str(), 0);
  EXPECT_THAT(error_of([&] { (void)load_config(path("closed.toml")); }), HasSubstr("check its permissions"));
}

}  // namespace
}  // namespace interleave
