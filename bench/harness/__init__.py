"""What every figure is measured with: places, native programs, processes, peers, the report."""
