package dev.adder.kernel;

import java.util.HashSet;
import java.util.Set;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.ClassWriter;
import org.objectweb.asm.Label;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/**
 * Weaves a stop check into the classes of a cell, at the entry of every method and before every
 * backward jump, so that a busy cell can really be stopped. Calls that would end the JVM are
 * answered with a sentence instead.
 */
final class StopGuard {

  private static final String FLAG = "dev/adder/kernel/StopFlag";

  private StopGuard() {}

  static byte[] weave(byte[] classFile) {
    ClassReader reader = new ClassReader(classFile);
    ClassWriter writer = new ClassWriter(reader, 0);
    reader.accept(new Classes(writer), 0);
    return writer.toByteArray();
  }

  private static final class Classes extends ClassVisitor {

    Classes(ClassVisitor next) {
      super(Opcodes.ASM9, next);
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
      boolean system = owner.equals("java/lang/System") && name.equals("exit");
      boolean runtime =
          owner.equals("java/lang/Runtime") && (name.equals("exit") || name.equals("halt"));
      if (system) {
        super.visitMethodInsn(Opcodes.INVOKESTATIC, FLAG, "exit", "(I)V", false);
      } else if (runtime) {
        super.visitMethodInsn(Opcodes.INVOKESTATIC, FLAG, "exit", "(Ljava/lang/Runtime;I)V", false);
      } else {
        super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
      }
    }

    private void check() {
      super.visitMethodInsn(Opcodes.INVOKESTATIC, FLAG, "check", "()V", false);
    }
  }
}
