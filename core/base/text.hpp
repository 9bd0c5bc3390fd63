// Small helpers for messages. Pure functions.
#pragma once
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace interleave {

// How many single edits (insert, delete, replace, swap of neighbours) lead from one word to the other; letters
// differing only in case count as equal. Optimal string alignment distance: Damerau, CACM 7(3), 1964.
[[nodiscard]] std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate a writer of `word` most likely meant: the nearest one, the first of equals. nullopt: nothing near
// enough to be worth suggesting (more than a third of the letters differ).
[[nodiscard]] std::optional<std::string> closest_match(std::string_view word,
                                                       std::span<const std::string_view> candidates);

// " (did you mean 'latency'?)", or empty: to append to a message about an unknown word.
[[nodiscard]] std::string did_you_mean(std::string_view word, std::span<const std::string_view> candidates);

}  // namespace interleave
