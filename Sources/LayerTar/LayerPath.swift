/// A path in a layer: names from its root down, none of them empty, `.` or `..`.
package struct LayerPath: Hashable, Sendable {
  package var names: [[UInt8]]

  /// Reads a path of an archive. A leading slash and `.` mean the layer's root, as all of them are relative to it; `..` is
  /// refused: no tool that makes images writes one, and where it leads depends on links.
  package init(_ text: [UInt8]) throws(TarFault) {
    guard text.count <= LayerBounds.pathBytes else {
      throw TarFault("has a path of \(text.count) bytes; \(LayerBounds.pathBytes) is the most", entry: text)
    }
    names = []
    for name in text.split(separator: UInt8(ascii: "/")) where !name.elementsEqual(".".utf8) {
      guard !name.elementsEqual("..".utf8) else { throw TarFault("has '..' in its path", entry: text) }
      guard !name.contains(0) else { throw TarFault("has a NUL in its path", entry: text) }
      guard name.count <= LayerBounds.nameBytes else {
        throw TarFault("has a name of \(name.count) bytes; \(LayerBounds.nameBytes) is the most", entry: text)
      }
      names.append(Array(name))
    }
    guard names.count <= LayerBounds.depth else {
      throw TarFault("is \(names.count) directories deep; \(LayerBounds.depth) is the most", entry: text)
    }
  }

  package init(names: [[UInt8]]) { self.names = names }

  package var parent: LayerPath { LayerPath(names: Array(names.dropLast())) }
  package var text: [UInt8] { Array(names.joined(separator: [UInt8(ascii: "/")])) }
}

/// What an entry asks for, by the image specification's rules for names ("Whiteouts").
package enum LayerName: Hashable, Sendable {
  /// The layer's own root.
  case root
  case file(LayerPath)
  /// Hides this path of the layers below.
  case whiteout(LayerPath)
  /// Hides all that the layers below have in this directory.
  case opaque(LayerPath)
  /// Accounts of aufs, which mean nothing here.
  case ignored

  private static let prefix = Array(".wh.".utf8)

  package init(entry: TarEntry) throws(TarFault) {
    let path = try LayerPath(entry.name)
    guard let last = path.names.last else {
      self = .root
      return
    }
    for name in path.names.dropLast() where name.starts(with: Self.prefix) {
      if name.starts(with: Self.prefix + Self.prefix) {
        self = .ignored
        return
      }
      throw TarFault("stands in a directory whose name says that it isn't there (.wh.)", entry: entry.name)
    }
    guard last.starts(with: Self.prefix) else {
      self = .file(path)
      return
    }
    let hidden = Array(last.dropFirst(Self.prefix.count))
    if hidden == Array(".wh..opq".utf8) {
      self = .opaque(path.parent)
    } else if hidden.starts(with: Self.prefix) {
      self = .ignored
    } else if hidden.isEmpty || hidden == Array(".".utf8) || hidden == Array("..".utf8) {
      throw TarFault("hides a name that no file can have", entry: entry.name)
    } else {
      self = .whiteout(LayerPath(names: path.names.dropLast() + [hidden]))
    }
  }
}
