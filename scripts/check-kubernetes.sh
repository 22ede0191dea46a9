#!/usr/bin/env bash
# Checks the manifests in deploy/kubernetes against the schemas of Kubernetes, of the oldest version that they are for and of the newest one
# that is known. Resources of others (SpinKube, Cilium) have no schema there. Needs Python 3 with pip.
set -euo pipefail
cd "$(dirname "$0")/.."

folder=${CARGO_TARGET_DIR:-$PWD/target}/kubernetes
python3 -m pip install --quiet --upgrade --target "$folder" "kubernetes-validate==1.37.0"
PYTHONPATH=$folder python3 - deploy/kubernetes/service.yaml << 'END'
import sys

import kubernetes_validate
import yaml

with open(sys.argv[1], encoding="utf-8") as file:
    resources = list(yaml.safe_load_all(file))
for version in ("1.31", kubernetes_validate.latest_version()):
    for resource in resources:
        kubernetes_validate.validate(resource, version, strict=True)
    print(f"Kubernetes {version}: {len(resources)} resources")
END
