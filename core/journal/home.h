// Whether a journal's folder is the one that it was made as. A copy has the original's id, and two
// that run at once would take each other's place where that id counts (Kafka's transactions), so a
// copy is refused until somebody says that it is the one from now on.
#pragma once

#include <string>

#include "core/base/file.h"
#include "core/base/status.h"

namespace andon::journal {

// The file DIRECTORY/home names its machine (/etc/machine-id) and its own inode, which a copy does
// not have. Written when it is not there. kRejected: it is a copy.
Status CheckHome(FileSystem& files, const std::string& directory);

// This folder is the one. The caller holds its lock.
Status MakeHome(FileSystem& files, const std::string& directory);

}  // namespace andon::journal
