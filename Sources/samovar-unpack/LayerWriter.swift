internal import CXattr
internal import Glibc
internal import LayerTar

/// Carries out an archive's entries in a tree, by the rules of docs/reference/images.md.
struct LayerWriter {
  private var tree: LayerTree
  private var reader: TarReader<LayerStream>
  private var summary = UnpackSummary()
  private let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 256 << 10, alignment: 4096)

  init(reader: TarReader<LayerStream>, tree: LayerTree) {
    self.reader = reader
    self.tree = tree
  }

  /// Unpacks everything.
  mutating func run() throws(UnpackFailure) -> UnpackSummary {
    while let entry = try reader.next() { try write(entry) }
    try reader.drain()
    try tree.finish()
    summary.entries = tree.entries
    summary.diffID = reader.finish().digest()
    return summary
  }

  private mutating func write(_ entry: TarEntry) throws(UnpackFailure) {
    let name: LayerName
    do throws(TarFault) { name = try LayerName(entry: entry) } catch { throw .refused(error) }
    switch name {
    case .ignored: return
    case .root:
      guard entry.kind == .directory else {
        throw .refused(TarFault("is the layer's root and no directory", entry: entry.name))
      }
      tree.setRootTime(entry.modified)
    case .opaque(let path): try makeOpaque(path)
    case .whiteout(let path): try hide(path)
    case .file(let path):
      switch entry.kind {
      case .special: summary.skippedSpecials += 1
      case .directory: try makeDirectory(entry, path)
      case .file: try makeFile(entry, path)
      case .symbolicLink: try makeSymbolicLink(entry, path)
      case .hardLink: try makeHardLink(entry, path)
      }
    }
  }

  private mutating func makeDirectory(_ entry: TarEntry, _ path: LayerPath) throws(UnpackFailure) {
    let attributes = keep(entry.attributes)
    // The owner must be able to fill and to empty it, and the task to read it, whatever user the image names.
    let mode = permissions(entry.mode & 0o6777, isSticky: entry.mode & 0o1000 != 0) | 0o755
    try tree.within(path.parent) { parent, tree throws(UnpackFailure) in
      // A link or a file that was there goes: the last entry of a name counts.
      if let name = path.names.last?.cName, let found = LayerTree.status(parent, name),
        found.st_mode & S_IFMT != S_IFDIR, !LayerTree.isWhiteout(found)
      {
        guard unlinkat(parent, name, 0) == 0 else { throw .last("replacing", path.text) }
      }
      try tree.makeDirectory(path, modified: entry.modified)
      guard let name = path.names.last?.cName else { return }
      let directory = openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC)
      guard directory >= 0 else { throw .last("opening", path.text) }
      defer { close(directory) }
      try Self.set(attributes, on: directory, path)
      guard fchmod(directory, mode) == 0 else { throw .last("setting the mode of", path.text) }
    }
  }

  private mutating func makeFile(_ entry: TarEntry, _ path: LayerPath) throws(UnpackFailure) {
    try tree.count(path)
    let attributes = keep(entry.attributes)
    let execution: UInt32 = entry.mode & 0o111 != 0 ? 0o111 : 0
    let mode = permissions(entry.mode, isSticky: false) | 0o444 | execution
    let descriptor = try tree.within(path.parent) { parent, _ throws(UnpackFailure) in
      try LayerTree.clear(parent, path, for: "file")
      let name = path.names.last?.cName ?? [0]
      let file = openat(parent, name, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0o600)
      guard file >= 0 else { throw .last("making the file", path.text) }
      return file
    }
    defer { close(descriptor) }
    while true {
      let count = try reader.read(into: buffer)
      if count == 0 { break }
      summary.contentBytes += UInt64(count)
      var written = 0
      while written < count {
        let more = Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), count - written)
        if more < 0 && errno == EINTR { continue }
        guard more > 0 else { throw .last("writing", path.text) }
        written += more
      }
    }
    // Attributes before the mode: setting one needs the right to write.
    try Self.set(attributes, on: descriptor, path)
    guard fchmod(descriptor, mode) == 0 else { throw .last("setting the mode of", path.text) }
    guard futimens(descriptor, LayerTree.times(entry.modified)) == 0 else {
      throw .last("setting the time of", path.text)
    }
  }

  private mutating func makeSymbolicLink(_ entry: TarEntry, _ path: LayerPath) throws(UnpackFailure) {
    try tree.count(path)
    guard !entry.linkName.isEmpty, entry.linkName.count <= LayerBounds.pathBytes, !entry.linkName.contains(0)
    else {
      throw .refused(TarFault("is a link to a path that can't be", entry: entry.name))
    }
    summary.droppedAttributes += UInt64(entry.attributes.count)
    try tree.within(path.parent) { parent, _ throws(UnpackFailure) in
      try LayerTree.clear(parent, path, for: "link")
      let name = path.names.last?.cName ?? [0]
      guard symlinkat(entry.linkName.cName, parent, name) == 0 else {
        throw .last("making the link", path.text)
      }
      _ = utimensat(parent, name, LayerTree.times(entry.modified), AT_SYMLINK_NOFOLLOW)
    }
  }

  private mutating func makeHardLink(_ entry: TarEntry, _ path: LayerPath) throws(UnpackFailure) {
    try tree.count(path)
    let target: LayerPath
    do throws(TarFault) { target = try LayerPath(entry.linkName) } catch { throw .refused(error) }
    let refusal = UnpackFailure.refused(
      TarFault(
        "is a hard link to '\(TarFault.printable(entry.linkName))', which is no file of the same layer before it",
        entry: entry.name))
    guard let targetName = target.names.last?.cName, let name = path.names.last?.cName else { throw refusal }
    try tree.within(path.parent) { parent, tree throws(UnpackFailure) in
      let found: Bool
      do throws(UnpackFailure) {
        found = try tree.within(target.parent, makesMissing: false) { source, _ throws(UnpackFailure) in
          guard let status = LayerTree.status(source, targetName),
            status.st_mode & S_IFMT == S_IFREG || status.st_mode & S_IFMT == S_IFLNK
          else { return false }
          // A link to itself changes nothing.
          if let old = LayerTree.status(parent, name), old.st_ino == status.st_ino { return true }
          try LayerTree.clear(parent, path, for: "link")
          guard linkat(source, targetName, parent, name, 0) == 0 else {
            throw .last("making the hard link", path.text)
          }
          return true
        }
      } catch {
        if case .refused(let fault) = error, fault.entry == TarFault.printable(target.parent.text) {
          throw refusal
        }
        throw error
      }
      guard found else { throw refusal }
    }
  }

  /// Whiteouts concern the layers below only: what this layer has under the name stays, with nothing from below.
  private mutating func hide(_ path: LayerPath) throws(UnpackFailure) {
    summary.whiteouts += 1
    guard let name = path.names.last?.cName else { return }
    try tree.within(path.parent) { parent, tree throws(UnpackFailure) in
      if let found = LayerTree.status(parent, name) {
        if found.st_mode & S_IFMT == S_IFDIR { try LayerTree.makeOpaque(parent, name, path) }
        return
      }
      try tree.count(path)
      guard mknodat(parent, name, S_IFCHR | 0o444, 0) == 0 else {
        throw .last("making the whiteout of", path.text)
      }
    }
  }

  private mutating func makeOpaque(_ path: LayerPath) throws(UnpackFailure) {
    summary.whiteouts += 1
    try tree.within(path) { directory, _ throws(UnpackFailure) in
      try LayerTree.makeOpaque(directory, Array(".".utf8).cName, path)
    }
  }

  /// Without the bits that give away rights; those are counted.
  private mutating func permissions(_ mode: UInt32, isSticky: Bool) -> UInt32 {
    if mode & 0o7000 != 0 { summary.clearedModes += 1 }
    return mode & 0o777 | (isSticky ? 0o1000 : 0)
  }

  private mutating func keep(_ attributes: [ExtendedAttribute]) -> [ExtendedAttribute] {
    let kept = attributes.filter(\.isKept)
    summary.droppedAttributes += UInt64(attributes.count - kept.count)
    return kept
  }

  private static func set(
    _ attributes: [ExtendedAttribute], on file: Int32, _ path: LayerPath
  ) throws(UnpackFailure) {
    for attribute in attributes {
      guard fsetxattr(file, attribute.name.cName, attribute.value, attribute.value.count, 0) == 0 else {
        throw .last("setting the extended attribute \(TarFault.printable(attribute.name)) of", path.text)
      }
    }
  }
}
