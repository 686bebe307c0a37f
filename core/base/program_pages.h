// The memory that a program's own code takes.
#pragma once

namespace andon {

// Gives back the pages of code, of the program and its libraries, that are mapped now. What still
// runs is mapped again at its next use, from the page cache; what only the start needed (dynamic
// linking, reading the configuration) stays away. Pages that were ever written are left alone.
// Thread: any.
void ReleaseProgramPages();

}  // namespace andon
