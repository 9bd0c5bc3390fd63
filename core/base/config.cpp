#include "core/base/config.hpp"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <span>
#include <utility>

#include <fmt/format.h>
#include <toml++/toml.h>

#include "core/base/error.hpp"
#include "core/base/text.hpp"
#include "core/base/units.hpp"

namespace interleave {

// Copies the library's tree into ours.
class ConfigBuilder {
 public:
  explicit ConfigBuilder(std::string file) : file_(std::move(file)) {}

  [[nodiscard]] ConfigNode build(const toml::node& source, std::string key, ConfigNode::Position key_position) const {
    ConfigNode node;
    node.file_ = file_;
    node.key_ = std::move(key);
    node.key_position_ = key_position;
    node.position_ = position_of(source.source());
    // Tables that no line opens (`services` in [services.db]) have no place of their own: their key's will do.
    if (node.position_.line == 0) node.position_ = key_position;
    if (const auto* table = source.as_table()) {
      fill_table(node, *table);
    } else if (const auto* array = source.as_array()) {
      fill_array(node, *array);
    } else {
      fill_value(node, source);
    }
    return node;
  }

 private:
  static ConfigNode::Position position_of(const toml::source_region& region) {
    return {static_cast<std::uint32_t>(region.begin.line), static_cast<std::uint32_t>(region.begin.column)};
  }

  void fill_table(ConfigNode& node, const toml::table& table) const {
    node.kind_ = ConfigNode::Kind::table;
    for (const auto& [key, value] : table) {
      node.children_.push_back(build(value, std::string(key.str()), position_of(key.source())));
    }
    std::stable_sort(node.children_.begin(), node.children_.end(),
                     [](const ConfigNode& a, const ConfigNode& b) { return a.key_position_ < b.key_position_; });
  }

  void fill_array(ConfigNode& node, const toml::array& array) const {
    node.kind_ = ConfigNode::Kind::array;
    for (const auto& item : array) node.children_.push_back(build(item, node.key_, position_of(item.source())));
  }

  static void fill_value(ConfigNode& node, const toml::node& source) {
    if (const auto* text = source.as_string()) {
      node.kind_ = ConfigNode::Kind::text;
      node.text_ = text->get();
    } else if (const auto* integer = source.as_integer()) {
      node.kind_ = ConfigNode::Kind::integer;
      node.integer_ = integer->get();
    } else if (const auto* number = source.as_floating_point()) {
      node.kind_ = ConfigNode::Kind::number;
      node.number_ = number->get();
    } else if (const auto* boolean = source.as_boolean()) {
      node.kind_ = ConfigNode::Kind::boolean;
      node.integer_ = boolean->get() ? 1 : 0;
    } else {
      node.kind_ = ConfigNode::Kind::date;
    }
  }

  std::string file_;
};

namespace {

std::string_view noun(ConfigNode::Kind kind) {
  switch (kind) {
    case ConfigNode::Kind::text:
      return "a string";
    case ConfigNode::Kind::integer:
      return "a whole number";
    case ConfigNode::Kind::number:
      return "a decimal number";
    case ConfigNode::Kind::boolean:
      return "true or false";
    case ConfigNode::Kind::date:
      return "a date or time";
    case ConfigNode::Kind::array:
      return "an array";
    case ConfigNode::Kind::table:
      return "a table";
  }
  return "";
}

// A message is one line whatever stood in the file: a quoted key may hold a line break or a terminal escape.
std::string printable(std::string_view text) {
  std::string result;
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte < 0x20 || byte == 0x7F) {
      result += fmt::format("\\x{:02x}", byte);
    } else {
      result += c;
    }
  }
  return result;
}

std::string quoted_list(std::span<const std::string_view> words) {
  std::string result;
  for (const auto& word : words) result += (result.empty() ? "'" : ", '") + std::string(word) + "'";
  return result;
}

std::span<const std::string_view> as_span(std::initializer_list<std::string_view> list) {
  return {list.begin(), list.size()};
}

}  // namespace

std::string ConfigNode::subject() const {
  return key_.empty() ? std::string("the file") : "'" + key_ + "'";
}

void ConfigNode::fail_at(Position position, std::string_view message) const {
  const std::string place = position.line == 0 ? "" : fmt::format("{}:{}:", position.line, position.column);
  throw UsageError(printable(fmt::format("{}:{} {}", file_, place, message)));
}

void ConfigNode::fail(std::string_view message) const {
  fail_at(position_, message);
}

void ConfigNode::fail_at_key(std::string_view message) const {
  fail_at(key_position_.line == 0 ? position_ : key_position_, message);
}

void ConfigNode::fail_kind(std::string_view wanted) const {
  fail(fmt::format("{} must be {}, not {}", subject(), wanted, noun(kind_)));
}

const std::string& ConfigNode::text() const {
  if (kind_ != Kind::text) fail_kind("a string");
  return text_;
}

std::int64_t ConfigNode::integer(std::int64_t lowest, std::int64_t highest) const {
  if (kind_ != Kind::integer) fail_kind(fmt::format("a whole number from {} to {}", lowest, highest));
  if (integer_ < lowest || integer_ > highest) {
    fail(fmt::format("{} is {}: use a whole number from {} to {}", subject(), integer_, lowest, highest));
  }
  return integer_;
}

double ConfigNode::positive_number(double highest) const {
  if (kind_ != Kind::integer && kind_ != Kind::number) fail_kind("a number");
  const double value = kind_ == Kind::integer ? static_cast<double>(integer_) : number_;
  if (!(value > 0 && value <= highest)) {  // also refuses nan
    fail(fmt::format("{} is {}: use a number above 0, at most {}", subject(), value, highest));
  }
  return value;
}

double ConfigNode::number(double lowest, double highest) const {
  if (kind_ != Kind::integer && kind_ != Kind::number) fail_kind("a number");
  const double value = kind_ == Kind::integer ? static_cast<double>(integer_) : number_;
  if (!(value >= lowest && value <= highest)) {  // also refuses nan
    fail(fmt::format("{} is {}: use a number from {} to {}", subject(), value, lowest, highest));
  }
  return value;
}

std::chrono::nanoseconds ConfigNode::duration(std::chrono::nanoseconds lowest,
                                              std::chrono::nanoseconds highest) const {
  if (kind_ == Kind::integer || kind_ == Kind::number) {
    fail(fmt::format(R"({} has no unit: write a duration as a string, such as "10ms")", subject()));
  }
  if (kind_ != Kind::text) fail_kind(R"(a duration such as "10ms")");
  const auto value = parse_duration(text_);
  if (!value) {
    fail(fmt::format(R"({} is "{}": use a number with a unit (ns, us, ms, s, min), such as "10ms")", subject(),
                     text_));
  }
  if (*value < lowest || *value > highest) {
    fail(fmt::format("{} is {}: use a duration from {} to {}", subject(), text_, format_duration(lowest),
                     format_duration(highest)));
  }
  return *value;
}

bool ConfigNode::boolean() const {
  if (kind_ != Kind::boolean) fail_kind("true or false");
  return integer_ != 0;
}

const std::vector<ConfigNode>& ConfigNode::items() const {
  if (kind_ != Kind::array) fail_kind("an array");
  return children_;
}

const std::vector<ConfigNode>& ConfigNode::entries() const {
  if (kind_ != Kind::table) fail_kind("a table");
  return children_;
}

void ConfigNode::allow_keys(std::initializer_list<std::string_view> keys) const {
  for (const auto& entry : entries()) {
    if (std::find(keys.begin(), keys.end(), entry.key_) != keys.end()) continue;
    const std::string hint = did_you_mean(entry.key_, as_span(keys));
    entry.fail_at_key(fmt::format("unknown key '{}'{}", entry.key_,
                                  hint.empty() ? " (known here: " + quoted_list(as_span(keys)) + ")" : hint));
  }
}

const ConfigNode* ConfigNode::find(std::string_view key) const {
  const auto& all = entries();
  const auto found = std::find_if(all.begin(), all.end(), [&](const ConfigNode& entry) { return entry.key_ == key; });
  return found == all.end() ? nullptr : &*found;
}

const ConfigNode& ConfigNode::at(std::string_view key) const {
  const ConfigNode* found = find(key);
  if (found == nullptr) fail(fmt::format("missing key '{}'{}", key, key_.empty() ? "" : " in '" + key_ + "'"));
  return *found;
}

const ConfigNode& ConfigNode::single_entry(std::string_view noun,
                                           std::initializer_list<std::string_view> keys) const {
  allow_keys(keys);
  if (children_.size() != 1) {
    fail(fmt::format("a {} has exactly one of {}, not {} keys", noun, quoted_list(as_span(keys)), children_.size()));
  }
  return children_.front();
}

ConfigNode parse_config(std::string_view toml_text, const std::filesystem::path& name) {
  try {
    const toml::table table = toml::parse(toml_text, name.string());
    return ConfigBuilder(name.string()).build(table, "", {1, 1});
  } catch (const toml::parse_error& error) {
    throw UsageError(printable(fmt::format("{}:{}:{}: not valid TOML: {}", name.string(), error.source().begin.line,
                                           error.source().begin.column, error.description())));
  }
}

ConfigNode load_config(const std::filesystem::path& file) {
  constexpr std::uintmax_t kLargest = 1U << 20U;  // no such file is written by hand; keeps /dev/zero out
  std::error_code error;
  const auto status = std::filesystem::status(file, error);
  if (!std::filesystem::exists(status)) throw UsageError(file.string() + ": no such file: check the path");
  if (!std::filesystem::is_regular_file(status)) throw UsageError(file.string() + ": not a file: name a .toml file");
  if (std::filesystem::file_size(file, error) > kLargest) {
    throw UsageError(file.string() + ": larger than 1 MiB: name a .toml file");
  }
  std::ifstream stream(file, std::ios::binary);
  std::string text((std::istreambuf_iterator<char>(stream)), std::istreambuf_iterator<char>());
  if (!stream.is_open() || stream.bad()) {
    throw UsageError(file.string() + ": cannot be read: check its permissions");
  }
  return parse_config(text, file);
}

}  // namespace interleave
