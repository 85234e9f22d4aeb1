package io.techops.broadcast.tyrus.server;

import java.util.Set;
import java.util.function.Supplier;
import org.glassfish.grizzly.attributes.AttributeBuilder;
import org.glassfish.grizzly.attributes.AttributeHolder;
import org.glassfish.grizzly.attributes.DefaultAttributeBuilder;
import org.glassfish.grizzly.attributes.IndexedAttributeAccessor;
import org.jspecify.annotations.Nullable;

/**
 * An empty attribute holder for all connections: a connection's state is in its {@link ConnectionProcessor}. Grizzly's
 * own would take 150 bytes for each connection.
 */
@SuppressWarnings("rawtypes") // raw in Grizzly's interface
final class NoAttributes implements AttributeHolder {

    private final AttributeBuilder builder;

    private NoAttributes(AttributeBuilder builder) {
        this.builder = builder;
    }

    /** {@return the builder for the connections of a transport} */
    static AttributeBuilder builder() {
        return new DefaultAttributeBuilder() {

            private final NoAttributes none = new NoAttributes(this);

            @Override
            public AttributeHolder createSafeAttributeHolder() {
                return none;
            }
        };
    }

    @Override
    public AttributeBuilder getAttributeBuilder() {
        return builder;
    }

    @Override
    public @Nullable IndexedAttributeAccessor getIndexedAttributeAccessor() {
        return null;
    }

    @Override
    public @Nullable Object getAttribute(String name) {
        return null;
    }

    @Override
    public @Nullable Object getAttribute(String name, Supplier initializer) {
        return null;
    }

    @Override
    public void setAttribute(String name, Object value) {
        throw new UnsupportedOperationException("a connection has no attributes: " + name);
    }

    @Override
    public @Nullable Object removeAttribute(String name) {
        return null;
    }

    @Override
    public Set<String> getAttributeNames() {
        return Set.of();
    }

    @Override
    public void copyFrom(AttributeHolder others) {
        others.getAttributeNames().forEach(name -> setAttribute(name, others.getAttribute(name)));
    }

    @Override
    public void copyTo(AttributeHolder others) {
        others.clear();
    }

    @Override
    public void recycle() {
        // There are no attributes.
    }

    @Override
    public void clear() {
        // There are no attributes.
    }
}
