// A configuration file (TOML) as a tree that knows where everything stands, with readers that refuse what they cannot
// honour. Shared by everything read from a file: workloads and plans. Hides the TOML library.
//
//   const ConfigNode root = load_config(file);
//   root.allow_keys({"name", "load"});                       // "x.toml:9:1: unknown key 'nmae' (did you mean
//   'name'?)" const std::string& name = root.at("name").text();        // "x.toml:1:1: missing key 'name'" if (const
//   ConfigNode* load = root.find("load")) ...
//
// Every problem is a UsageError "FILE:LINE:COLUMN: what is wrong". Nodes are plain values: a node owns what is below
// it.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

class ConfigNode {
 public:
  enum class Kind { text, integer, number, boolean, date, array, table };
  struct Position {
    std::uint32_t line = 0;  // from 1; 0: unknown
    std::uint32_t column = 0;
    bool operator==(const Position&) const = default;
    bool operator<(const Position& other) const {
      return line != other.line ? line < other.line : column < other.column;
    }
  };

  // The key this value stands under (for an element of an array: the array's key), empty for the root.
  [[nodiscard]] const std::string& key() const noexcept { return key_; }
  [[nodiscard]] Kind kind() const noexcept { return kind_; }

  // Readers of one value: a UsageError if the kind is another or the value lies outside [lowest, highest].
  [[nodiscard]] const std::string& text() const;
  [[nodiscard]] std::int64_t integer(std::int64_t lowest, std::int64_t highest) const;
  [[nodiscard]] double positive_number(double highest) const;        // whole or decimal; 0 < value <= highest
  [[nodiscard]] double number(double lowest, double highest) const;  // whole or decimal; both ends included
  [[nodiscard]] std::chrono::nanoseconds duration(std::chrono::nanoseconds lowest,
                                                  std::chrono::nanoseconds highest) const;  // "10ms"
  [[nodiscard]] bool boolean() const;
  [[nodiscard]] const std::vector<ConfigNode>& items() const;    // of an array
  [[nodiscard]] const std::vector<ConfigNode>& entries() const;  // of a table, in the order of the file

  // Tables. allow_keys() first: then at() and find() cannot overlook a misspelt key.
  void allow_keys(std::initializer_list<std::string_view> keys) const;
  [[nodiscard]] const ConfigNode* find(std::string_view key) const;  // nullptr: no such key; borrowed from this node
  [[nodiscard]] const ConfigNode& at(std::string_view key) const;
  // The only entry of a table such as { call = "db" }: exactly one of `keys`. `noun` names the table in messages.
  [[nodiscard]] const ConfigNode& single_entry(std::string_view noun,
                                               std::initializer_list<std::string_view> keys) const;

  // Throws the UsageError "FILE:LINE:COLUMN: message", at the value or at its key.
  [[noreturn]] void fail(std::string_view message) const;
  [[noreturn]] void fail_at_key(std::string_view message) const;

 private:
  friend class ConfigBuilder;
  [[noreturn]] void fail_at(Position position, std::string_view message) const;
  [[noreturn]] void fail_kind(std::string_view wanted) const;
  [[nodiscard]] std::string subject() const;

  std::string file_;  // as named in messages
  std::string key_;
  Position key_position_;
  Position position_;
  Kind kind_ = Kind::table;
  std::string text_;
  std::int64_t integer_ = 0;  // also the boolean
  double number_ = 0;
  std::vector<ConfigNode> children_;
};

// Reads and parses a file: the root table.
[[nodiscard]] ConfigNode load_config(const std::filesystem::path& file);

// The same from text; `name` stands for the file in messages.
[[nodiscard]] ConfigNode parse_config(std::string_view toml_text, const std::filesystem::path& name);

}  // namespace interleave
