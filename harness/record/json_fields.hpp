// Reading and writing the fields of result files, for the *_json.cpp of this folder only (it includes nlohmann's
// whole header). Every failure is a FieldError that names the field; parse_record adds the file and makes it a
// UsageError.
#pragma once
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <optional>
#include <span>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"
#include "harness/plan/plan.hpp"
#include "harness/record/record_io.hpp"
#include "harness/record/validity.hpp"

namespace interleave {

struct FieldError : std::runtime_error {
  using std::runtime_error::runtime_error;
};

inline const nlohmann::ordered_json& member(const nlohmann::ordered_json& object, const char* key) {
  const auto found = object.is_object() ? object.find(key) : object.end();
  if (found == object.end()) throw FieldError(std::string("'") + key + "' is missing");
  return *found;
}

template <class T>
[[nodiscard]] T field(const nlohmann::ordered_json& object, const char* key) {
  try {
    return member(object, key).template get<T>();
  } catch (const nlohmann::ordered_json::exception&) {
    throw FieldError(std::string("'") + key + "' has the wrong type");
  }
}

template <class T>
[[nodiscard]] std::optional<T> optional_field(const nlohmann::ordered_json& object, const char* key) {
  if (member(object, key).is_null()) return std::nullopt;
  return field<T>(object, key);
}

// Of a field that came later than the first files: one that lacks it does not say, which is null.
template <class T>
[[nodiscard]] std::optional<T> later_field(const nlohmann::ordered_json& object, const char* key) {
  return object.contains(key) ? optional_field<T>(object, key) : std::nullopt;
}

// `read` makes the value from the member's JSON.
template <class Read>
[[nodiscard]] auto optional_object(const nlohmann::ordered_json& object, const char* key, Read read)
    -> std::optional<decltype(read(object))> {
  const auto& value = member(object, key);
  if (value.is_null()) return std::nullopt;
  return read(value);
}

template <class Read>
[[nodiscard]] auto array_from(const nlohmann::ordered_json& object, const char* key, Read read)
    -> std::vector<decltype(read(object))> {
  const auto& array = member(object, key);
  if (!array.is_array()) throw FieldError(std::string("'") + key + "' is not an array");
  std::vector<decltype(read(object))> values;
  values.reserve(array.size());
  for (const auto& element : array) values.push_back(read(element));
  return values;
}

template <class T, class Write>
[[nodiscard]] nlohmann::ordered_json array_of(const std::vector<T>& values, Write write) {
  nlohmann::ordered_json array = nlohmann::ordered_json::array();
  for (const T& value : values) array.push_back(write(value));
  return array;
}

template <class T>
[[nodiscard]] nlohmann::ordered_json or_null(const std::optional<T>& value) {
  return value ? nlohmann::ordered_json(*value) : nlohmann::ordered_json();
}

// What is derived has six significant digits, far below what a measurement can resolve, so that the same trials give
// the same bytes whatever the maths library's last digit.
inline nlohmann::ordered_json rounded(double value) {
  if (!std::isfinite(value)) return {};
  char text[32];
  (void)std::snprintf(text, sizeof text, "%.6g", value);
  return std::strtod(text, nullptr);
}

inline nlohmann::ordered_json rounded(const std::optional<double>& value) {
  return value ? rounded(*value) : nlohmann::ordered_json();
}

// Enumerations by name.
template <class T, std::size_t N>
[[nodiscard]] std::string_view name_of(const std::pair<T, std::string_view> (&names)[N], T value) {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return names[0].second;
}

template <class T, std::size_t N>
[[nodiscard]] T named(const std::pair<T, std::string_view> (&names)[N], const nlohmann::ordered_json& object,
                      const char* key) {
  const auto text = field<std::string>(object, key);
  for (const auto& [value, name] : names) {
    if (name == text) return value;
  }
  throw FieldError(std::string("'") + key + "' is '" + text + "', which is not known");
}

inline Validity validity_from(const std::string& text) {
  const std::optional<Validity> validity = parse_validity(text);
  if (!validity) throw FieldError("'validity' is '" + text + "', which is not known");
  return *validity;
}

inline nlohmann::ordered_json warning_json(const Warning& warning) {
  return {{"text", warning.text}, {"hint", warning.hint}};
}

inline Warning warning_from(const nlohmann::ordered_json& json) {
  return {.text = field<std::string>(json, "text"), .hint = field<std::string>(json, "hint")};
}

// Without the driver, which stands beside it. A share of the capacity has no rate until it is known.
inline nlohmann::ordered_json load_json(const CellLoad& load) {
  const OfferedRate rate = load.rate.value_or(OfferedRate{});
  return {{"kind", to_string(load.kind())},
          {"connections", load.connections},
          {"rate_rps", or_null(rate.rps)},
          {"rate_percent", or_null(rate.percent)},
          {"search_step", or_null(rate.search_step)}};
}

inline CellLoad load_from(const nlohmann::ordered_json& json, std::string driver) {
  CellLoad load{.driver = std::move(driver), .connections = field<std::uint32_t>(json, "connections"), .rate = {}};
  if (field<std::string>(json, "kind") == to_string(LoadKind::closed)) return load;
  load.rate = OfferedRate{.rps = optional_field<double>(json, "rate_rps"),
                          .percent = optional_field<double>(json, "rate_percent"),
                          .search_step = optional_field<std::uint32_t>(json, "search_step")};
  return load;
}

inline nlohmann::ordered_json stall_json(const StallPlan& stall) {
  return {{"every_ns", stall.every.count()}, {"length_ns", stall.length.count()}};
}

inline StallPlan stall_from(const nlohmann::ordered_json& json) {
  return {.every = std::chrono::nanoseconds(field<std::int64_t>(json, "every_ns")),
          .length = std::chrono::nanoseconds(field<std::int64_t>(json, "length_ns"))};
}

// One line (indent -1) or indented. Bytes that are not UTF-8 (a dying server's last words) become U+FFFD.
inline std::string dumped(const nlohmann::ordered_json& json, int indent) {
  return json.dump(indent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

// Parses `text`, checks schema_version and hands the object to `read`. `advice` stands behind what is wrong.
template <class Read>
auto parse_record(std::string_view text, std::string_view name, int schema_version, Read read,
                  std::string_view advice = "") {
  const auto json = nlohmann::ordered_json::parse(text, nullptr, false);
  try {
    if (!json.is_object()) throw FieldError("truncated or not JSON");
    const int version = field<int>(json, "schema_version");
    if (version != schema_version) {
      throw FieldError("schema_version is " + std::to_string(version) + ", this program reads " +
                       std::to_string(schema_version));
    }
    return read(json);
  } catch (const FieldError& error) {
    throw UsageError(std::string(name) + ": " + error.what() + std::string(advice));
  }
}

}  // namespace interleave
