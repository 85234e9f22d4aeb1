package io.techops.broadcast;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URL;
import java.util.Enumeration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import net.bytebuddy.jar.asm.ClassReader;
import net.bytebuddy.jar.asm.ClassVisitor;
import net.bytebuddy.jar.asm.ClassWriter;
import net.bytebuddy.jar.asm.Handle;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;

/*
 * What needs memory in the code of the engine: every "new", arrays, lambdas and concatenations, literals (a class makes
 * one when it comes to it for the first time), and calls of the JDK but for those that are known to need none. A call
 * that may have been made before the memory is missing throws also after it.
 */

/** Loads the library once more, with an engine that asks {@link MemoryFaults} wherever it needs memory. */
final class NoMemoryClassLoader extends ClassLoader {

    private static final String LIBRARY = "io.techops.broadcast.";
    private static final ClassLoader REST = NoMemoryClassLoader.class.getClassLoader();
    private static final Set<String> ENGINE = Set.of("engine", "logging");
    private static final Set<String> FREE_OWNERS = Set.of("java/lang/Object", "java/lang/Math", "java/lang/System",
            "java/lang/Enum", "java/lang/Class", "java/lang/invoke/VarHandle", "java/util/Objects",
            "java/lang/Runnable", "java/util/concurrent/CompletableFuture", "java/lang/Thread", "java/lang/Throwable",
            "java/util/concurrent/locks/LockSupport");
    /** Of collections, futures, locks, numbers and durations. */
    private static final Set<String> FREE_NAMES = Set.of("get", "size", "isEmpty", "clear", "contains", "hasNext",
            "next", "set", "containsKey", "unlock", "signalAll", "hasQueuedThreads", "isZero", "isNegative",
            "compareTo", "toNanos", "toMillis", "longValue", "intValue", "booleanValue", "length", "equals",
            "hashCode", "getAsLong", "getAsInt", "accept", "apply", "test");
    /** These may have been done when they throw: a table grows, or a thread is made, after that. */
    private static final Set<String> DONE_BEFORE = Set.of("java/util/Map.put", "java/util/Set.add",
            "java/util/concurrent/ConcurrentHashMap.put", "java/util/concurrent/ConcurrentSkipListSet.add",
            "java/util/concurrent/ConcurrentSkipListSet.remove",
            "java/util/concurrent/ConcurrentSkipListSet.pollFirst", "java/util/concurrent/Executor.execute",
            "io/techops/broadcast/HubTimer.schedule");
    private static final Set<String> FACTORIES = Set.of("of", "at", "among", "copy");

    private final Set<String> loaded = ConcurrentHashMap.newKeySet();
    private int places;

    NoMemoryClassLoader() {
        super(ClassLoader.getPlatformClassLoader()); // so that no module of the library is found
    }

    @Override
    protected Class<?> loadClass(String name, boolean resolve) throws ClassNotFoundException {
        if (!name.startsWith(LIBRARY)) {
            return REST.loadClass(name);
        }
        synchronized (getClassLoadingLock(name)) {
            Class<?> known = findLoadedClass(name);
            return known != null ? known : define(name);
        }
    }

    private Class<?> define(String name) throws ClassNotFoundException {
        try (InputStream in = NoMemoryClassLoader.class.getResourceAsStream("/" + name.replace('.', '/') + ".class")) {
            if (in == null) {
                throw new ClassNotFoundException(name);
            }
            byte[] code = in.readAllBytes();
            loaded.add(name);
            String room = name.substring(LIBRARY.length());
            int dot = room.indexOf('.');
            if (dot > 0 && ENGINE.contains(room.substring(0, dot))) {
                code = changed(code);
            }
            return defineClass(name, code, 0, code.length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    boolean hasLoaded(String name) {
        return loaded.contains(name);
    }

    @Override
    protected Enumeration<URL> findResources(String name) throws IOException {
        return REST.getResources(name);
    }

    private byte[] changed(byte[] code) {
        ClassReader reader = new ClassReader(code);
        ClassWriter writer = new ClassWriter(reader, 0);
        reader.accept(new ClassVisitor(Opcodes.ASM9, writer) {
            @Override
            public MethodVisitor visitMethod(int access, String name, String descriptor, String signature,
                    String[] exceptions) {
                MethodVisitor to = super.visitMethod(access, name, descriptor, signature, exceptions);
                boolean isTimer = reader.getClassName().startsWith("io/techops/broadcast/engine/ForeignTimer");
                return name.equals("<clinit>") ? to : new Asking(to, isTimer); // that of a class fails for good
            }
        }, 0);
        return writer.toByteArray();
    }

    private final class Asking extends MethodVisitor {
        private final boolean callsTimer;

        Asking(MethodVisitor to, boolean callsTimer) {
            super(Opcodes.ASM9, to);
            this.callsTimer = callsTimer;
        }

        private void ask() {
            super.visitLdcInsn(places++);
            super.visitMethodInsn(Opcodes.INVOKESTATIC, "io/techops/broadcast/MemoryFaults", "needed", "(I)V", false);
        }

        @Override
        public void visitMaxs(int stack, int locals) {
            super.visitMaxs(stack + 1, locals);
        }

        @Override
        public void visitTypeInsn(int opcode, String type) {
            if (opcode == Opcodes.ANEWARRAY) {
                ask();
            }
            super.visitTypeInsn(opcode, type);
            if (opcode == Opcodes.NEW) {
                ask(); // behind it, because frames refer to its place
            }
        }

        @Override
        public void visitIntInsn(int opcode, int operand) {
            if (opcode == Opcodes.NEWARRAY) {
                ask();
            }
            super.visitIntInsn(opcode, operand);
        }

        @Override
        public void visitInvokeDynamicInsn(String name, String descriptor, Handle bootstrap, Object... arguments) {
            ask();
            super.visitInvokeDynamicInsn(name, descriptor, bootstrap, arguments);
        }

        @Override
        public void visitLdcInsn(Object value) {
            if (value instanceof String) {
                ask();
            }
            super.visitLdcInsn(value);
        }

        @Override
        public void visitMethodInsn(int opcode, String owner, String name, String descriptor, boolean isInterface) {
            if (needsMemory(owner, name)) {
                ask();
            }
            super.visitMethodInsn(opcode, owner, name, descriptor, isInterface);
            if (DONE_BEFORE.contains(owner + "." + name) && (owner.startsWith("java/") || callsTimer)) {
                ask();
            }
        }

        private boolean needsMemory(String owner, String name) {
            if (!owner.startsWith("java/")) {
                return owner.startsWith("io/techops/broadcast/") && FACTORIES.contains(name)
                        && owner.indexOf('/', "io/techops/broadcast/".length()) < 0
                        || callsTimer && owner.equals("io/techops/broadcast/HubTimer") && name.equals("schedule");
            }
            boolean removes = name.equals("remove") && !owner.contains("SkipList");
            return !(removes || FREE_OWNERS.contains(owner) || FREE_NAMES.contains(name) || name.equals("<init>")
                    || owner.startsWith("java/util/concurrent/atomic/Atomic")
                    || owner.startsWith("java/util/function/")) || owner.equals("java/lang/ThreadLocal");
        }
    }
}
