package import Workload

/// A static type of Solidity that fills one 32-byte word of the contract ABI (Solidity's documentation,
/// "Contract ABI Specification", "Formal Specification of the Encoding").
package protocol ABIWord: Sendable {
  var abiWord: Bytes32 { get }
}

extension Bytes32: ABIWord {
  package var abiWord: Bytes32 { self }
}

extension Address: ABIWord {
  package var abiWord: Bytes32 { word }
}

extension Bool: ABIWord {
  package var abiWord: Bytes32 { Bytes32(0, 0, 0, self ? 1 : 0) }
}

extension UInt8: ABIWord {
  package var abiWord: Bytes32 { Bytes32(UInt128(self)) }
}

extension UInt16: ABIWord {
  package var abiWord: Bytes32 { Bytes32(UInt128(self)) }
}

extension UInt32: ABIWord {
  package var abiWord: Bytes32 { Bytes32(UInt128(self)) }
}

extension UInt64: ABIWord {
  package var abiWord: Bytes32 { Bytes32(UInt128(self)) }
}

extension UInt128: ABIWord {
  package var abiWord: Bytes32 { Bytes32(self) }
}

extension Int32: ABIWord {
  package var abiWord: Bytes32 { Int64(self).abiWord }
}

/// Signed numbers are extended with their sign.
extension Int64: ABIWord {
  package var abiWord: Bytes32 {
    let sign: UInt64 = self < 0 ? .max : 0
    return Bytes32(sign, sign, sign, UInt64(bitPattern: self))
  }
}
