// A program's own stdout: what was printed there must have arrived, else the program has failed. A reader that stops
// reading (`| head`) has what it wanted and is no failure.
#pragma once

namespace interleave {

// To be called before the first descriptor is opened: where stdin, stdout or stderr is closed (`>&-`), the program's
// next socket would take its number and be printed to. Such a number is taken by something that refuses to be
// written.
void occupy_standard_descriptors() noexcept;

// Writes out what std::cout and stdout hold. Throws std::system_error if anything printed so far did not arrive.
void flush_stdout();

}  // namespace interleave
