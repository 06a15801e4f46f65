/// A bag in its canonical form, and where the bytes that it names are on this machine.
package struct ResolvedBag: Sendable {
  package var bag: Bag
  /// The path of each input's bytes. Inputs that were given by digest alone are not here: nodes must have them.
  package var sources: [ContentDigest: String]

  package init(bag: Bag, sources: [ContentDigest: String]) {
    self.bag = bag
    self.sources = sources
  }
}

/// What the bytes of a file are.
package struct InputIdentity: Hashable, Sendable {
  /// Where they are on this machine.
  package var path: String
  package var digest: ContentDigest
  package var size: ByteCount

  package init(path: String, digest: ContentDigest, size: ByteCount) {
    self.path = path
    self.digest = digest
    self.size = size
  }
}

/// Why an input can't be had, as the end of a sentence about it.
package struct InputFault: Error, Hashable, Sendable {
  package var problem: String
  /// A name beside it that was likely meant.
  package var nearest: String?

  package init(_ problem: String, nearest: String? = nil) {
    self.problem = problem
    self.nearest = nearest
  }
}
