package io.techops.broadcast.endpoint;

import jakarta.websocket.OnClose;
import jakarta.websocket.OnError;
import jakarta.websocket.OnMessage;
import jakarta.websocket.OnOpen;
import jakarta.websocket.server.ServerEndpoint;
import java.lang.annotation.Annotation;
import java.lang.reflect.Method;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Checks an application's class that extends the endpoint of this library. */
final class EndpointClass {

    private static final List<Class<? extends Annotation>> TOLD =
            List.of(OnOpen.class, OnMessage.class, OnClose.class, OnError.class);

    private EndpointClass() {
    }

    /**
     * @param endpoint the endpoint of this library, which {@code type} extends
     * @throws IllegalStateException if a container would silently not call the class, or one of its methods
     */
    static <E> void check(Class<? extends E> type, Class<E> endpoint) {
        checkNamespace(type);
        if (type.isAnnotationPresent(ServerEndpoint.class)) {
            for (Method ours : endpoint.getDeclaredMethods()) {
                checkOverride(type, ours);
            }
        }
    }

    /** {@return the path that the class is annotated with, or null if it is not} */
    static @Nullable String path(Class<?> type) {
        ServerEndpoint annotation = type.getAnnotation(ServerEndpoint.class);
        return annotation == null ? null : annotation.value();
    }

    /**
     * Annotations of Java EE 8 ({@code javax.websocket}) belong to containers that do not know the annotations of this
     * class.
     */
    private static void checkNamespace(Class<?> type) {
        for (Annotation annotation : type.getAnnotations()) {
            String name = annotation.annotationType().getName();
            if (name.startsWith("javax.websocket.")) {
                throw new IllegalStateException(type.getName() + " is annotated with " + name
                        + ", and must be with " + name.replaceFirst("javax", "jakarta")
                        + ": this library speaks Jakarta WebSocket 2.1 and 2.2, "
                        + "which needs a container such as Tomcat 10.1, Jetty 12, Undertow 2.3 or Tyrus 2.2, or newer");
            }
        }
    }

    /**
     * Annotations of methods are not inherited: some containers do not call an overriding method without its own
     * annotation.
     */
    private static void checkOverride(Class<?> type, Method ours) {
        for (Class<? extends Annotation> annotation : TOLD) {
            Method last = ours.isAnnotationPresent(annotation) ? last(type, ours) : ours;
            if (last != ours && !last.isAnnotationPresent(annotation)) {
                throw new IllegalStateException(last.getDeclaringClass().getName() + "." + last.getName()
                        + " overrides a method of "
                        + ours.getDeclaringClass().getSimpleName() + " and must be annotated with @"
                        + annotation.getSimpleName() + " as well: without it, containers do not call the method");
            }
        }
    }

    private static Method last(Class<?> type, Method ours) {
        for (Class<?> at = type; at != null && at != ours.getDeclaringClass(); at = at.getSuperclass()) {
            try {
                return at.getDeclaredMethod(ours.getName(), ours.getParameterTypes());
            } catch (NoSuchMethodException e) {
                // a superclass has it
            }
        }
        return ours;
    }
}
