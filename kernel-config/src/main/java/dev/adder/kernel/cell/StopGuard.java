package dev.adder.kernel.cell;

import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Handle;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Weaves a stop check into the classes of a cell, at the entry of every method and before every
 * backward jump, so that a busy cell can really be stopped. Calls that would end the JVM are
 * answered with a sentence instead, and the environment is the notebook's.
 */
final class StopGuard {

  private static final String FLAG = StopFlag.class.getName().replace('.', '/');

  private StopGuard() {}

  static byte[] weave(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new Classes(writer), 0);
    return writer.toByteArray();
  }

  /** The call that stands for another one, on the same operands; null if the call is harmless. */
  private static @Nullable Handle instead(String owner, String name, String descriptor) {
    boolean system = owner.equals("java/lang/System");
    boolean runtime = owner.equals("java/lang/Runtime");
    if (system && name.equals("exit")) {
      return call("exit", "(I)V");
    }
    if (runtime && (name.equals("exit") || name.equals("halt"))) {
      return call("exit", "(Ljava/lang/Runtime;I)V");
    }
    return system && name.equals("getenv") ? call("environment", descriptor) : null;
  }

  private static Handle call(String name, String descriptor) {
    return new Handle(Opcodes.H_INVOKESTATIC, FLAG, name, descriptor, false);
  }

  private static final class Classes extends ClassVisitor {

    Classes(ClassVisitor next) {
      super(Opcodes.ASM9, next);
    }

    /** What JShell puts around a statement has no access of its own; others must reach it. */
    @Override
    public void visit(
        int version,
        int access,
        String name,
        String signature,
        String superName,
        String[] interfaces) {
      boolean wrapper = CellClasses.isWrapper(name.replace('/', '.'));
      int open = wrapper ? access | Opcodes.ACC_PUBLIC : access;
      super.visit(version, open, name, signature, superName, interfaces);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      MethodVisitor next = super.visitMethod(access, name, descriptor, signature, exceptions);
      return next == null ? null : new Methods(next);
    }
  }

  private static final class Methods extends MethodVisitor {

    private final Set<Label> behind = new HashSet<>();

    Methods(MethodVisitor next) {
      super(Opcodes.ASM9, next);
    }

    @Override
    public void visitCode() {
      super.visitCode();
      check();
    }

    @Override
    public void visitLabel(Label label) {
      behind.add(label);
      super.visitLabel(label);
    }

    @Override
    public void visitJumpInsn(int opcode, Label label) {
      if (behind.contains(label)) {
        check();
      }
      super.visitJumpInsn(opcode, label);
    }

    @Override
    public void visitMethodInsn(
        int opcode, String owner, String name, String descriptor, boolean isInterface) {
      Handle other = instead(owner, name, descriptor);
      if (other == null) {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      } else {
        super.visitMethodInsn(Opcodes.INVOKESTATIC, FLAG, other.getName(), other.getDesc(), false);
      }
    }

    /** A method reference such as {@code System::exit}. */
    @Override
    public void visitInvokeDynamicInsn(
        String name, String descriptor, Handle bootstrap, Object... arguments) {
      Object[] woven = arguments.clone();
      for (int i = 0; i < woven.length; i++) {
        if (woven[i] instanceof Handle handle) {
          Handle other = instead(handle.getOwner(), handle.getName(), handle.getDesc());
          woven[i] = other == null ? handle : other;
        }
      }
      super.visitInvokeDynamicInsn(name, descriptor, bootstrap, woven);
    }

    private void check() {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, FLAG, "check", "()V", false);
    }
  }
}
