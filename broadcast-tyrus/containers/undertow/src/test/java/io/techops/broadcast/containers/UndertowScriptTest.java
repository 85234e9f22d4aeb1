package io.techops.broadcast.containers;

import io.undertow.Undertow;
import io.undertow.server.handlers.resource.ClassPathResourceManager;
import io.undertow.servlet.Servlets;
import io.undertow.servlet.api.DeploymentInfo;
import io.undertow.servlet.api.DeploymentManager;
import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;

/** The script for browsers in Undertow, which looks for resources only where it is told to. */
class UndertowScriptTest {

    @Test
    void isServedFromTheClassPathByAResourceManager() throws Exception {
        ClassLoader loader = UndertowScriptTest.class.getClassLoader();
        DeploymentManager deployment = Servlets.defaultContainer().addDeployment(new DeploymentInfo()
                .setClassLoader(loader)
                .setDeploymentName("script")
                .setContextPath("/")
                .setResourceManager(new ClassPathResourceManager(loader, BrowserScript.RESOURCES)));
        deployment.deploy();
        Undertow server = Undertow.builder().setIoThreads(1).setWorkerThreads(2).addHttpListener(0, "127.0.0.1")
                .setHandler(deployment.start()).build();
        server.start();
        try {
            BrowserScript.isServed(((InetSocketAddress) server.getListenerInfo().get(0).getAddress()).getPort(), "/");
        } finally {
            deployment.stop();
            deployment.undeploy();
            server.stop();
        }
    }
}
