#include "harness/process/external_server.hpp"

#include <gmock/gmock.h>

#include "core/base/error.hpp"

namespace interleave {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ExternalServer parse(std::string_view text) {
  return parse_external_server(text, "/servers/my_server.toml", "/build/bin");
}

std::string error_of(std::string_view text) {
  try {
    (void)parse(text);
  } catch (const UsageError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ExternalServer, names_its_command_relative_to_its_file_or_to_the_build) {
  const ExternalServer server = parse(R"(
name = "my_server"
command = ["/usr/bin/python3", "-B", "{folder}/app/main.py", "--with={bin}/helper"]
install = "apt-get install python3"
)");
  EXPECT_EQ(server.name, "my_server");
  EXPECT_THAT(server.command,
              ElementsAre("/usr/bin/python3", "-B", "/servers/app/main.py", "--with=/build/bin/helper"));
  EXPECT_EQ(server.install, "apt-get install python3");
}

TEST(ExternalServer, refuses_what_it_cannot_honour_and_says_where) {
  struct Case {
    const char* text;
    const char* error;
  };
  const Case cases[] = {
      {"command = [\"a\"]", "my_server.toml:1:1: missing key 'name'"},
      {"name = \"my_server\"", "missing key 'command'"},
      {"name = \"other\"\ncommand = [\"a\"]", "my_server.toml:1:8: name 'other' differs from the file's name"},
      {"name = \"my_server\"\ncommand = []", "my_server.toml:2:11: 'command' names no program"},
      {"name = \"my_server\"\ncommand = [\"\"]", "names no program"},
      {"name = \"my_server\"\ncommand = \"a b\"", "my_server.toml:2:11: "},
      {"name = \"my_server\"\ncommand = [\"a\", 1]", "my_server.toml:2:17: "},
      {"name = \"my_server\"\ncommand = [\"{root}/a\"]", "my_server.toml:2:12: '{root}/a': unknown placeholder"},
      {"name = \"my_server\"\ncomand = [\"a\"]",
       "my_server.toml:2:1: unknown key 'comand' (did you mean 'command'?)"},
      {"name = ", "my_server.toml:1:"},
  };
  for (const Case& c : cases) EXPECT_THAT(error_of(c.text), HasSubstr(c.error)) << c.text;
}

TEST(ExternalServer, has_a_name_that_may_stand_in_a_file_name) {
  EXPECT_THROW((void)parse_external_server("name = \"my-server\"\ncommand = [\"a\"]", "my-server.toml", "/bin"),
               UsageError);
}

TEST(ExternalServer, is_none_where_there_is_no_folder) {
  EXPECT_THAT(load_external_servers("/no/such/folder", "/build/bin"), testing::IsEmpty());
}

}  // namespace
}  // namespace interleave
