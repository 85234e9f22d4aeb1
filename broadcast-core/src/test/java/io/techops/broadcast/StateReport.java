package io.techops.broadcast;

import java.lang.reflect.Array;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.util.Collection;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Set;

/**
 * What is in the fields of the library's objects, for a report of a failure: in a JVM that runs without modules. Peers
 * beyond the first few of a collection are left out.
 */
final class StateReport {

    private static final int FEW = 4;
    private static final int DEEPEST = 9;

    private final StringBuilder text = new StringBuilder();
    private final Set<Object> seen = Collections.newSetFromMap(new IdentityHashMap<>());

    /** Adds an object, and all that can be reached from it. */
    StateReport add(String name, Object object) {
        describe(name, object, 0);
        return this;
    }

    private void describe(String name, Object object, int depth) {
        text.append("  ".repeat(depth)).append(name).append(" = ");
        if (object instanceof Map<?, ?> map) {
            describeAll(map.values(), depth);
        } else if (object instanceof Collection<?> all) {
            describeAll(all, depth);
        } else if (object != null && object.getClass().isArray()) {
            text.append(Array.getLength(object)).append(" elements\n");
            for (int i = 0; i < Math.min(FEW, Array.getLength(object)); i++) {
                describe("[" + i + "]", Array.get(object, i), depth + 1);
            }
        } else if (object == null || !isOurs(object.getClass()) || object instanceof Enum) {
            text.append(object).append('\n');
        } else if (depth == DEEPEST || !seen.add(object)) {
            text.append(object.getClass().getSimpleName()).append(" @").append(System.identityHashCode(object))
                    .append('\n');
        } else {
            text.append(object.getClass().getSimpleName()).append(" @").append(System.identityHashCode(object))
                    .append('\n');
            describeFields(object, object.getClass(), depth + 1);
        }
    }

    private void describeAll(Collection<?> all, int depth) {
        text.append(all.size()).append(" elements\n");
        int number = 0;
        for (Object each : all) {
            if (number == FEW) {
                return;
            }
            describe("[" + number++ + "]", each, depth + 1);
        }
    }

    private void describeFields(Object object, Class<?> type, int depth) {
        for (Class<?> each = type; each != null && isOurs(each); each = each.getSuperclass()) {
            for (Field field : each.getDeclaredFields()) {
                if (!Modifier.isStatic(field.getModifiers())) {
                    describeField(object, field, depth);
                }
            }
        }
    }

    private void describeField(Object object, Field field, int depth) {
        try {
            field.setAccessible(true);
            describe(field.getName(), field.get(object), depth);
        } catch (IllegalAccessException | RuntimeException hidden) {
            text.append("  ".repeat(depth)).append(field.getName()).append(": ").append(hidden).append('\n');
        }
    }

    private static boolean isOurs(Class<?> type) {
        return type.getName().startsWith("io.techops.broadcast.") && !type.isHidden();
    }

    @Override
    public String toString() {
        return text.toString();
    }
}
