package dev.adder.kernel.cell;

import java.lang.reflect.Member;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import jdk.jshell.spi.ExecutionControl.ClassBytecodes;
import org.objectweb.asm.ClassReader;
import org.objectweb.asm.ClassVisitor;
import org.objectweb.asm.Handle;
import org.objectweb.asm.MethodVisitor;
import org.objectweb.asm.Opcodes;

/** What classes of a cell take from those of other cells. */
final class ClassReferences {

  private static final Pattern NAME = Pattern.compile("REPL[./]\\$JShell\\$[\\w$]+");

  /** A field or method that code names. */
  private record Used(String owner, String name) {}

  private final Set<String> mentioned = new HashSet<>();
  private final List<Used> used = new ArrayList<>();

  ClassReferences(ClassBytecodes[] classes) {
    for (ClassBytecodes one : classes) {
      ClassReader reader = new ClassReader(one.bytecodes());
      collectNames(reader);
      reader.accept(new Members(), ClassReader.SKIP_DEBUG | ClassReader.SKIP_FRAMES);
    }
    for (ClassBytecodes one : classes) {
      mentioned.remove(one.name());
    }
  }

  private void collectNames(ClassReader reader) {
    char[] buffer = new char[reader.getMaxStringLength()];
    for (int i = 1; i < reader.getItemCount(); i++) {
      int at = reader.getItem(i);
      // The tag stands before the item; 1 is text. Longs and doubles take two places, one empty.
      if (at > 0 && reader.readByte(at - 1) == 1) {
        Matcher names = NAME.matcher(text(reader, at, buffer));
        while (names.find()) {
          mentioned.add(names.group().replace('/', '.'));
        }
      }
    }
  }

  /** Names of cells' classes are ASCII, and in other text nothing is looked for. */
  private static String text(ClassReader reader, int at, char[] buffer) {
    int length = reader.readUnsignedShort(at);
    int count = 0;
    for (int i = 0; i < length && count < buffer.length; i++) {
      buffer[count++] = (char) reader.readByte(at + 2 + i);
    }
    return new String(buffer, 0, count);
  }

  /** The classes of other cells, by their binary names, that occur in any way. */
  Set<String> mentioned() {
    return mentioned;
  }

  /** Whether everything that is used of other cells' classes is public. */
  boolean areAllowedEverywhere(Map<String, Class<?>> known) {
    for (String name : mentioned) {
      Class<?> type = known.get(name);
      if (type == null || !Modifier.isPublic(type.getModifiers())) {
        return false;
      }
    }
    for (Used one : used) {
      Class<?> owner = known.get(one.owner());
      if (owner != null && !isPublic(owner, one.name())) {
        return false;
      }
    }
    return true;
  }

  private static boolean isPublic(Class<?> owner, String name) {
    Stream<? extends Member> members =
        name.equals("<init>")
            ? Arrays.stream(owner.getDeclaredConstructors())
            : Stream.concat(
                    Arrays.stream(owner.getDeclaredFields()),
                    Arrays.stream(owner.getDeclaredMethods()))
                .filter(member -> member.getName().equals(name));
    if (!members.allMatch(member -> Modifier.isPublic(member.getModifiers()))) {
      return false;
    }
    Class<?> above = owner.getSuperclass();
    return above == null || !above.getName().startsWith("REPL.") || isPublic(above, name);
  }

  private final class Members extends ClassVisitor {

    Members() {
      super(Opcodes.ASM9);
    }

    @Override
    public MethodVisitor visitMethod(
        int access, String name, String descriptor, String signature, String[] exceptions) {
      return new MethodVisitor(Opcodes.ASM9) {
        @Override
        public void visitFieldInsn(int opcode, String owner, String field, String type) {
          use(owner, field);
        }

        @Override
        public void visitMethodInsn(
            int opcode, String owner, String method, String type, boolean isInterface) {
          use(owner, method);
        }

        @Override
        public void visitInvokeDynamicInsn(
            String method, String type, Handle bootstrap, Object... arguments) {
          for (Object argument : arguments) {
            if (argument instanceof Handle handle) {
              use(handle.getOwner(), handle.getName());
            }
          }
        }

        private void use(String owner, String member) {
          if (owner.startsWith("REPL/")) {
            used.add(new Used(owner.replace('/', '.'), member));
          }
        }
      };
    }
  }
}
