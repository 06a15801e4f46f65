/// Classic BPF as seccomp(2) runs it: the instructions that libseccomp makes, over struct seccomp_data.
struct FilterInterpreter {
  struct Instruction {
    var code: UInt16
    var yes: Int
    var no: Int
    var operand: UInt32
  }

  struct Verdict: Equatable {
    /// SECCOMP_RET_*.
    var value: UInt32
    /// Whether an argument or the instruction pointer was looked at. Where none was, and the answer is to allow, the
    /// kernel (5.11 and later) answers from a bitmap and runs no filter.
    var looksAtArguments: Bool
  }

  enum Fault: Error { case unknown(UInt16), outside(Int) }

  let instructions: [Instruction]

  init(_ program: [UInt8]) {
    instructions = stride(from: 0, to: program.count, by: 8).map { start in
      program[start..<start + 8].withUnsafeBytes { bytes in
        Instruction(
          code: bytes.loadUnaligned(fromByteOffset: 0, as: UInt16.self), yes: Int(bytes[2]),
          no: Int(bytes[3]),
          operand: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
      }
    }
  }

  func run(call: UInt32, architecture: UInt32, arguments: [UInt64]) throws -> Verdict {
    var data = [call, architecture, 0, 0]
    for index in 0..<6 {
      let value = index < arguments.count ? arguments[index] : 0
      data += [UInt32(truncatingIfNeeded: value), UInt32(truncatingIfNeeded: value >> 32)]
    }
    var accumulator: UInt32 = 0
    var looks = false
    var place = 0
    while instructions.indices.contains(place) {
      let instruction = instructions[place]
      let operand = instruction.operand
      place += 1
      switch instruction.code {
      case 0x20:  // BPF_LD | BPF_W | BPF_ABS
        guard operand.isMultiple(of: 4), Int(operand / 4) < data.count else { throw Fault.outside(place) }
        if operand >= 8 { looks = true }
        accumulator = data[Int(operand / 4)]
      case 0x05: place += Int(operand)  // BPF_JMP | BPF_JA
      case 0x15: place += accumulator == operand ? instruction.yes : instruction.no  // BPF_JEQ
      case 0x25: place += accumulator > operand ? instruction.yes : instruction.no  // BPF_JGT
      case 0x35: place += accumulator >= operand ? instruction.yes : instruction.no  // BPF_JGE
      case 0x45: place += accumulator & operand != 0 ? instruction.yes : instruction.no  // BPF_JSET
      case 0x54: accumulator &= operand  // BPF_ALU | BPF_AND | BPF_K
      case 0x06: return Verdict(value: operand, looksAtArguments: looks)  // BPF_RET | BPF_K
      default: throw Fault.unknown(instruction.code)
      }
    }
    throw Fault.outside(place)
  }
}
