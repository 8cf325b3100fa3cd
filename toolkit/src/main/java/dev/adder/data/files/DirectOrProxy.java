package dev.adder.data.files;

import java.io.IOException;
import java.net.Proxy;
import java.net.ProxySelector;
import java.net.SocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Locale;

/** A proxy for all hosts but some; a name there stands for its subdomains as well. */
final class DirectOrProxy extends ProxySelector {

  private final ProxySelector proxy;
  private final List<String> direct;

  DirectOrProxy(ProxySelector proxy, List<String> direct) {
    this.proxy = proxy;
    this.direct = direct.stream().map(d -> d.replaceFirst("^\\*?\\.", "")).toList();
  }

  @Override
  public List<Proxy> select(URI address) {
    String host = String.valueOf(address.getHost()).toLowerCase(Locale.ROOT);
    boolean goDirectly =
        direct.stream()
            .filter(name -> !name.isEmpty())
            .anyMatch(name -> name.equals("*") || host.equals(name) || host.endsWith("." + name));
    return goDirectly ? List.of(Proxy.NO_PROXY) : proxy.select(address);
  }

  @Override
  public void connectFailed(URI address, SocketAddress socket, IOException failure) {
    proxy.connectFailed(address, socket, failure);
  }
}
